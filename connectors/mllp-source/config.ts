import { ConfigDef } from "#connect-api";
import type { ConfigValues } from "#connect-api";
import { answerKeys } from "./config/answers.ts";
import { limitKeys } from "./config/limits.ts";
import { listenerKeys } from "./config/listener.ts";
import { recordKeys } from "./config/records.ts";

export * from "./config/answers.ts";
export * from "./config/limits.ts";
export * from "./config/listener.ts";
export * from "./config/records.ts";

export const configDef = new ConfigDef({
  ...listenerKeys,
  ...recordKeys,
  ...answerKeys,
  ...limitKeys,
});

export type MllpConfig = ConfigValues<(typeof configDef)["keys"]>;
