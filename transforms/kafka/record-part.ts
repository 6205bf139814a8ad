import { Transformation } from "#connect-api";
import type { ConnectRecord, Headers, Schema } from "#connect-api";

/** The part of a record that a transformation works on: its key or its value. */
export interface RecordPart {
  schema(record: ConnectRecord): Schema | null;
  value(record: ConnectRecord): unknown;
  /** A copy of the record with that part changed. */
  with<R extends ConnectRecord>(
    record: R,
    schema: Schema | null,
    value: unknown,
    headers?: Headers,
  ): R;
}

const KEY: RecordPart = {
  schema: (record) => record.keySchema,
  value: (record) => record.key,
  with: (record, keySchema, key, headers = record.headers) =>
    record.with({ keySchema, key, headers }),
};

const VALUE: RecordPart = {
  schema: (record) => record.valueSchema,
  value: (record) => record.value,
  with: (record, valueSchema, value, headers = record.headers) =>
    record.with({ valueSchema, value, headers }),
};

/** A transformation that exists in two forms, `…$Key` and `…$Value`. */
export abstract class PartTransformation extends Transformation {
  override readonly version = "1.0.0";
  protected readonly part: RecordPart;

  constructor(part: RecordPart) {
    super();
    this.part = part;
  }
}

/** The manifest's entries for both forms, under the names that Kafka gives them. */
export function onKeyAndValue(
  name: string,
  create: new (part: RecordPart) => Transformation,
): Readonly<Record<string, new () => Transformation>> {
  return {
    [`${name}$Key`]: create.bind(null, KEY),
    [`${name}$Value`]: create.bind(null, VALUE),
  };
}
