/** Fields of a log line: ids, codes and positions, never values from a record. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/**
 * Where a task writes about odd things. The worker adds `connector` and `task` to each line.
 * `warn`: odd, but nothing lost. `error`: a message was dropped or a person must act.
 */
export interface PluginLog {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}
