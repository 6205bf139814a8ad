import { ConfigError } from "#connect-api";
import type { ConfigDef, ConfigReport, Props } from "#connect-api";
import type { Shortcoming } from "./capability.ts";
import type { Settings } from "./settings.ts";

/**
 * Checks a config: each key, keys that belong together, and then, if nothing is wrong so far, what the store can do.
 * Reports everything at once, on the key that has to be mended; writes nothing.
 */
export async function validateConfig(
  props: Props,
  definition: ConfigDef,
  {
    addressKey,
    settingsOf,
    lookAround,
  }: {
    /** Where it is said when the store cannot be reached. */
    readonly addressKey: string;
    readonly settingsOf: (props: Props) => Settings;
    readonly lookAround: (props: Props, settings: Settings) => Promise<readonly Shortcoming[]>;
  },
): Promise<ConfigReport> {
  const report = definition.validate(props);
  if (report.some(({ errors }) => errors.length > 0)) return report;
  const problems = new Map<string, string[]>();
  const note = (key: string, why: string): void =>
    void problems.set(key, [...(problems.get(key) ?? []), why]);
  try {
    const settings = settingsOf(props);
    for (const { key = addressKey, why } of await lookAround(props, settings)) note(key, why);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    note(error.key ?? addressKey, error.message);
  }
  return report.map((value) => ({ ...value, errors: problems.get(value.name) ?? [] }));
}
