/** Classes of Kafka that our own errors stand for, so that what reads dead letters knows them. */
const JAVA_NAMES: Readonly<Record<string, string>> = {
  ConnectError: "org.apache.kafka.connect.errors.ConnectException",
  DataError: "org.apache.kafka.connect.errors.DataException",
  RetriableError: "org.apache.kafka.connect.errors.RetriableException",
  SchemaBuilderError: "org.apache.kafka.connect.errors.SchemaBuilderException",
  NotFoundError: "org.apache.kafka.connect.errors.NotFoundException",
  ConfigError: "org.apache.kafka.common.config.ConfigException",
};

/** The class name of an error: Kafka's where there is one, otherwise its own. */
export function javaErrorName(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return JAVA_NAMES[error.name] ?? error.name;
}
