/** How Connect schemas and Avro schemas stand for each other. Source: io.confluent.connect.avro.AvroDataConfig. */
export interface AvroDataOptions {
  /** Keep what Avro has no place for in `connect.*` properties. */
  readonly connectMetaData: boolean;
  /** Enums stay enums, and unions are named by full names. */
  readonly enhanced: boolean;
  /** Unions and enums as Confluent's generalized sum types. */
  readonly generalized: boolean;
  readonly scrubInvalidNames: boolean;
  readonly allowOptionalMapKeys: boolean;
  readonly flattenSingletonUnions: boolean;
  readonly discardTypeDoc: boolean;
}

export const NAMESPACE = "io.confluent.connect.avro";
export const UNION_NAME = `${NAMESPACE}.Union`;
export const ENUM_PARAMETER = `${NAMESPACE}.Enum`;
export const GENERALIZED_UNION = "org.apache.kafka.connect.data.Union";
export const GENERALIZED_ENUM = "org.apache.kafka.connect.data.Enum";
export const UNION_FIELD_PREFIX = "connect_union_field_";
export const RECORD_DOC = `${NAMESPACE}.record.doc`;
export const FIELD_DOC = `${NAMESPACE}.field.doc.`;
export const ENUM_DOC = `${NAMESPACE}.enum.doc.`;
export const ENUM_DEFAULT = `${NAMESPACE}.enum.default.`;
export const FIELD_DEFAULT = `${NAMESPACE}.field.default`;
export const FIXED_SIZE = "connect.fixed.size";
export const DECIMAL_PRECISION = "connect.decimal.precision";
export const DECIMAL_PRECISION_DEFAULT = 64;
export const ANYTHING = `${NAMESPACE}.Anything`;
export const MAP_ENTRY = "MapEntry";
