export { describeError, errorMessage } from "./describe-error.ts";
export { hideValue } from "./hidden-values.ts";
export {
  LEVELS,
  getLogger,
  isKnownLogger,
  levelOf,
  loggersWithLevels,
  setLevel,
} from "./logger.ts";
export type { Level, Logger } from "./logger.ts";
