export { MllpClient, MllpClientError } from "./mllp-client.ts";
export type { MllpAnswer, MllpClientOptions } from "./mllp-client.ts";
