export { MllpClient, MllpClientError } from "./mllp-client.ts";
export type { MllpAnswer } from "./mllp-client.ts";
