import { ConfigDef } from "#connect-api";
import type { ConfigValues } from "#connect-api";
import { answerKeys } from "./config/answers.ts";
import { auditKeys } from "./config/audit.ts";
import { limitKeys } from "./config/limits.ts";
import { listenerKeys } from "./config/listener.ts";
import { recordKeys } from "./config/records.ts";

export * from "./config/answers.ts";
export * from "./config/audit.ts";
export * from "./config/limits.ts";
export * from "./config/listener.ts";
export * from "./config/records.ts";

export const configDef = new ConfigDef({
  ...listenerKeys,
  ...recordKeys,
  ...answerKeys,
  ...limitKeys,
  ...auditKeys,
});

export type MllpConfig = ConfigValues<(typeof configDef)["keys"]>;
