import { ConfigDef, Predicate } from "#connect-api";
import type { ConnectRecord } from "#connect-api";

export const configDef = new ConfigDef({});

/** True for records whose value is null. Source: …transforms.predicates.RecordIsTombstone. */
export class RecordIsTombstone extends Predicate {
  override readonly version = "1.0.0";

  config() {
    return configDef;
  }
  configure(): void {}
  test(record: ConnectRecord): boolean {
    return record.value === null;
  }
}
