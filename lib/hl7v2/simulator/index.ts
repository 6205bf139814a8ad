export { generateMessages } from "./generate-messages.ts";
export type { SimulationOptions } from "./generate-messages.ts";
