export type { CacheOptions } from "./caching-registry.ts";
export { CachingRegistry } from "./caching-registry.ts";
export { levelReasons } from "./compatibility-level.ts";
export type { CompatibilityLevel, ResolvedSchema } from "./compatibility-level.ts";
export { ConfluentRegistry } from "./confluent/confluent-registry.ts";
export { EmbeddedRegistry } from "./embedded/embedded-registry.ts";
export type { RegistrationPolicy } from "./embedded/embedded-registry.ts";
export {
  embeddedFolder,
  openEmbeddedRegistry,
  provideConnectors,
} from "./embedded/open-registry.ts";
export { answerRegistryRequest } from "./embedded/registry-api.ts";
export type { ApiAnswer, ApiRequest } from "./embedded/registry-api.ts";
export { authorizationOf } from "./http/authorization.ts";
export type { Credentials } from "./http/authorization.ts";
export type { RegistryHttpOptions } from "./http/registry-http.ts";
export { RegistryError } from "./registry-error.ts";
export { keyText } from "./registry.ts";
export type * from "./registry.ts";
export { SUBJECT_STRATEGIES, subjectStrategy } from "./subject-name.ts";
export type { SubjectStrategy } from "./subject-name.ts";
export { framingOf, readFrame } from "./wire/wire-format.ts";
export type {
  Frame,
  Framing,
  RawHeaders,
  RecordPart,
  WireFormat,
  ZeroPrefix,
} from "./wire/wire-format.ts";
export {
  clinicalReasons,
  MAJOR_VERSION,
  majorVersionOf,
  planChange,
} from "./policy/clinical-policy.ts";
export type { ChangePlan, VersionedSchema } from "./policy/clinical-policy.ts";
export { consumersOfSubject, readersOf, topicOfSubject } from "./policy/consumers.ts";
export type { Consumer } from "./policy/consumers.ts";
export type { ChangeClass, ChangeKind, SchemaChange } from "./policy/schema-change.ts";
export { ApicurioRegistry } from "./apicurio/apicurio-registry.ts";
export type { ApicurioOptions, IfExists } from "./apicurio/apicurio-registry.ts";
export { GlueRegistry } from "./glue/glue-registry.ts";
export type { GlueOptions } from "./glue/glue-registry.ts";
