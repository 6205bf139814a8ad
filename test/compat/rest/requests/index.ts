import type { Scenario } from "../step.ts";
import { kafbatUi } from "../tools/kafbat-ui.ts";
import { kcctl } from "../tools/kcctl.ts";
import { configs, creation } from "./create.ts";
import { http } from "./http.ts";
import { failures, sinkLifecycle, sourceLifecycle } from "./lifecycle.ts";
import { loggers, plugins } from "./plugins.ts";
import { aliases, validation } from "./validate.ts";

/** All scenarios of the differential suite. */
export const scenarios: readonly Scenario[] = [
  http,
  plugins,
  loggers,
  validation,
  aliases,
  creation,
  configs,
  sourceLifecycle,
  sinkLifecycle,
  failures,
  kcctl,
  kafbatUi,
];
