import { ConfigDef, ConfigError } from "#connect-api";
import type { ConverterType, Props } from "#connect-api";
import {
  ApicurioRegistry,
  CachingRegistry,
  RegistryError,
  authorizationOf,
} from "#lib/schema-registry";
import type { Credentials, IfExists, WireFormat, ZeroPrefix } from "#lib/schema-registry";
import type { RegistrySettings } from "../registry-settings.ts";
import { apicurioKeys } from "./apicurio-config.ts";

const definition = new ConfigDef(apicurioKeys);
type Config = ReturnType<typeof definition.parse>;

const SCHEMAS_MAX = 1000;
const MISSING_MS = 60_000;
const RETRY_WAIT_MAX_MS = 20_000;
const TIMEOUT_MS = 60_000;

const simple = (className: string): string => className.slice(className.lastIndexOf(".") + 1);

/** Settings with the keys of Apicurio's converters. Throws ConfigError. */
export function apicurioSettings(props: Props, type: ConverterType): RegistrySettings {
  const config = definition.parse(props);
  const url = config["apicurio.registry.url"];
  if (!/^https?:\/\/[^/]/.test(url)) {
    const key = "apicurio.registry.url";
    const message = `Invalid value ${url} for configuration ${key}: http://host:port/apis/registry/v3 is needed`;
    throw new ConfigError("CONFIG_INVALID", message, { key });
  }
  const latestMs = config["apicurio.registry.check-period-ms"];
  const registry = new ApicurioRegistry({
    urls: [url],
    groupId: config["apicurio.registry.artifact.group-id"],
    ifExists: config["apicurio.registry.auto-register.if-exists"] as IfExists,
    authorization: authorizationOf(credentialsOf(config)),
    connectTimeoutMs: TIMEOUT_MS,
    readTimeoutMs: TIMEOUT_MS,
    retriesMax: config["apicurio.registry.retry-count"],
    retryWaitMs: config["apicurio.registry.retry-backoff-ms"],
    retryWaitMaxMs: RETRY_WAIT_MAX_MS,
  });
  return {
    registry: new CachingRegistry(registry, {
      sizeMax: SCHEMAS_MAX,
      missingMs: MISSING_MS,
      latestMs,
    }),
    ...wireOf(config),
    subjectOf: subjectOf(config, type === "key" ? "key" : "value"),
    choice: {
      autoRegister: config["apicurio.registry.auto-register"],
      normalize: config["apicurio.registry.canonicalize"],
      id: undefined,
      guid: undefined,
      metadata: undefined,
      latest: config["apicurio.registry.find-latest"],
      isIdStrict: true,
      isLatestStrict: true,
      policy: config["schema.policy"] as "clinical" | "none",
      consumersUrl: config["schema.policy.consumers.url"] ?? undefined,
    },
    recordSchemas: config["record.schemas"] as RegistrySettings["recordSchemas"],
    latestMs,
    schemasMax: SCHEMAS_MAX,
  };
}

function wireOf(config: Config): Pick<RegistrySettings, "format" | "useId" | "zero"> {
  const useId = config["apicurio.registry.use-id"] as "contentId" | "globalId";
  const handler = simple(config["apicurio.registry.id-handler"]);
  const formats: Readonly<Record<string, readonly [WireFormat, ZeroPrefix]>> = {
    Default4ByteIdHandler: ["confluent", useId === "globalId" ? "globalId-4" : "contentId"],
    Legacy8ByteIdHandler: ["apicurio-8", "globalId-8"],
    OptimisticFallbackIdHandler: ["confluent", "either"],
  };
  const found = formats[handler];
  if (!found) {
    const key = "apicurio.registry.id-handler";
    const message = `Invalid value ${handler} for configuration ${key}: choose one of ${Object.keys(formats).join(", ")}`;
    throw new ConfigError("CONFIG_INVALID", message, { key });
  }
  const [format, zero] = found;
  return {
    format: config["apicurio.registry.headers.enabled"] ? "apicurio-header" : format,
    zero,
    useId,
  };
}

function subjectOf(config: Config, part: "key" | "value"): RegistrySettings["subjectOf"] {
  const fixed = config["apicurio.registry.artifact.artifact-id"];
  if (fixed) return () => fixed;
  const nameOf = (recordName: string | undefined): string => {
    if (recordName !== undefined) return recordName;
    throw new RegistryError(
      "SCHEMA_INVALID",
      "The artifact strategy needs a record schema with a name",
    );
  };
  switch (simple(config["apicurio.registry.artifact-resolver-strategy"])) {
    case "TopicIdStrategy":
      return (topic) => `${topic}-${part}`;
    case "SimpleTopicIdStrategy":
      return (topic) => topic;
    case "RecordIdStrategy":
    case "QualifiedRecordIdStrategy":
      return (_topic, recordName) => nameOf(recordName);
    case "TopicRecordIdStrategy":
      return (topic, recordName) => `${topic}-${nameOf(recordName)}`;
    default: {
      const key = "apicurio.registry.artifact-resolver-strategy";
      const message = `Invalid value for configuration ${key}: there is no such strategy`;
      throw new ConfigError("CONFIG_INVALID", message, { key });
    }
  }
}

function credentialsOf(config: Config): Credentials {
  const tokenUrl = config["apicurio.registry.auth.service.token.endpoint"];
  if (tokenUrl) {
    return {
      kind: "oauth",
      tokenUrl,
      clientId: config["apicurio.registry.auth.client.id"] ?? "",
      clientSecret: config["apicurio.registry.auth.client.secret"]?.reveal() ?? "",
      scope: config["apicurio.registry.auth.client.scope"],
      bufferSeconds: 300,
    };
  }
  const name = config["apicurio.registry.auth.username"];
  if (!name) return { kind: "none" };
  const password = config["apicurio.registry.auth.password"]?.reveal() ?? "";
  return { kind: "basic", userInfo: `${name}:${password}` };
}
