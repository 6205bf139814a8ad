import { readFileSync } from "node:fs";
import { ConfigDef, ConfigError } from "#connect-api";
import type { ConverterType, Props } from "#connect-api";
import {
  CachingRegistry,
  ConfluentRegistry,
  SUBJECT_STRATEGIES,
  authorizationOf,
  embeddedFolder,
  openEmbeddedRegistry,
  subjectStrategy,
} from "#lib/schema-registry";
import type {
  Credentials,
  SchemaRegistry,
  SubjectStrategy,
  WireFormat,
} from "#lib/schema-registry";
import { choiceKeys } from "../choice-config.ts";
import type { RegistrySettings, SchemaChoice } from "../registry-settings.ts";
import { namingKeys, registryKeys } from "./confluent-config.ts";
import { securityKeys } from "./security-config.ts";

const sharedDef = new ConfigDef({
  ...registryKeys,
  ...securityKeys,
  ...choiceKeys,
  ...namingKeys,
});
type Config = ReturnType<typeof sharedDef.parse>;

const seconds = (value: number): number => (value < 0 ? Infinity : value * 1000);

/** Settings with the keys of Confluent's converters. Throws ConfigError. */
export function confluentSettings(props: Props, type: ConverterType): RegistrySettings {
  const config = sharedDef.parse(props);
  const part = type === "key" ? "key" : "value";
  const strategy = subjectStrategy(config[`${part}.subject.name.strategy`]) as SubjectStrategy;
  const latestMs = seconds(config["latest.cache.ttl.sec"]);
  return {
    registry: new CachingRegistry(openRegistry(props, config), {
      sizeMax: config["max.schemas.per.subject"],
      missingMs: seconds(config["missing.schema.cache.ttl.sec"]),
      latestMs,
    }),
    format: formatOf(config[`${part}.schema.id.serializer`]),
    useId: "contentId",
    zero: "id",
    subjectOf: (topic, recordName) => SUBJECT_STRATEGIES[strategy](topic, part, recordName),
    choice: choiceOf(config),
    recordSchemas: config["record.schemas"] as RegistrySettings["recordSchemas"],
    latestMs,
    schemasMax: config["max.schemas.per.subject"],
  };
}

function formatOf(serializer: string): WireFormat {
  return serializer.slice(serializer.lastIndexOf(".") + 1).startsWith("Header")
    ? "confluent-header"
    : "confluent";
}

function choiceOf(config: Config): SchemaChoice {
  const id = config["use.schema.id"];
  const metadata = config["use.latest.with.metadata"];
  return {
    autoRegister: config["auto.register.schemas"],
    normalize: config["normalize.schemas"],
    id: id < 0 ? undefined : id,
    guid: config["use.schema.guid"] ?? undefined,
    metadata: metadata === "" ? undefined : pairsOf(metadata),
    latest: config["use.latest.version"],
    isIdStrict: config["id.compatibility.strict"],
    isLatestStrict: config["latest.compatibility.strict"],
    policy: config["schema.policy"] as SchemaChoice["policy"],
    consumersUrl: config["schema.policy.consumers.url"] ?? undefined,
  };
}

function pairsOf(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    text.split(",").map((pair) => {
      const [name = "", ...value] = pair.split("=");
      return [name.trim(), value.join("=").trim()];
    }),
  );
}

function openRegistry(props: Props, config: Config): SchemaRegistry {
  const urls = config["schema.registry.url"];
  const key = "schema.registry.url";
  const [first = ""] = urls;
  const folder = embeddedFolder(first);
  if (folder !== undefined) return openEmbeddedRegistry(folder);
  for (const url of urls) {
    if (/^https?:\/\/[^/]/.test(url)) continue;
    const message = `Invalid value ${url} for configuration ${key}: http://host:port, https://host:port or embedded:DIR is needed`;
    throw new ConfigError("CONFIG_INVALID", message, { key });
  }
  if (urls.length === 0) throw new ConfigError("CONFIG_INVALID", `${key} is empty`, { key });
  const parsed = urls.map((url) => new URL(url));
  const credentials = credentialsOf(config, parsed[0] as URL);
  for (const url of parsed) [url.username, url.password] = ["", ""];
  const addresses = parsed.map(String);
  const start = config["schema.registry.url.randomize"]
    ? Math.floor(Math.random() * addresses.length)
    : 0;
  const proxy = config["proxy.host"];
  return new ConfluentRegistry({
    urls: [...addresses.slice(start), ...addresses.slice(0, start)],
    headers: headersOf(props, config),
    authorization: authorizationOf(credentials),
    connectTimeoutMs: config["http.connect.timeout.ms"],
    readTimeoutMs: config["http.read.timeout.ms"],
    retriesMax: config["max.retries"],
    retryWaitMs: config["retries.wait.ms"],
    retryWaitMaxMs: config["retries.max.wait.ms"],
    tls: tlsOf(config),
    proxy: proxy ? `http://${proxy}:${config["proxy.port"]}` : undefined,
  });
}

function headersOf(props: Props, config: Config): Readonly<Record<string, string>> {
  const prefix = "request.header.";
  const headers: Record<string, string> = {};
  for (const [key, value] of Object.entries(props)) {
    if (key.startsWith(prefix)) headers[key.slice(prefix.length)] = value;
  }
  const cluster = config["bearer.auth.logical.cluster"];
  const pool = config["bearer.auth.identity.pool.id"];
  if (cluster) headers["target-sr-cluster"] = cluster;
  if (pool) headers["Confluent-Identity-Pool-Id"] = pool;
  return headers;
}

function credentialsOf(config: Config, url: URL): Credentials {
  const missing = (key: string): never => {
    throw new ConfigError("CONFIG_MISSING", `${key} is missing`, { key });
  };
  const bearer = config["bearer.auth.credentials.source"];
  if (bearer === "STATIC_TOKEN") {
    const token = config["bearer.auth.token"]?.reveal() ?? missing("bearer.auth.token");
    return { kind: "token", token };
  }
  if (bearer === "OAUTHBEARER") {
    return {
      kind: "oauth",
      tokenUrl:
        config["bearer.auth.issuer.endpoint.url"] ?? missing("bearer.auth.issuer.endpoint.url"),
      clientId: config["bearer.auth.client.id"] ?? missing("bearer.auth.client.id"),
      clientSecret:
        config["bearer.auth.client.secret"]?.reveal() ?? missing("bearer.auth.client.secret"),
      scope: config["bearer.auth.scope"],
      bufferSeconds: config["bearer.auth.cache.expiry.buffer.seconds"],
    };
  }
  switch (config["basic.auth.credentials.source"]) {
    case "USER_INFO": {
      const info = config["basic.auth.user.info"] ?? config["schema.registry.basic.auth.user.info"];
      return { kind: "basic", userInfo: info?.reveal() ?? missing("basic.auth.user.info") };
    }
    case "SASL_INHERIT": {
      const key = "basic.auth.credentials.source";
      const message = "SASL_INHERIT is not supported; use USER_INFO with basic.auth.user.info";
      throw new ConfigError("CONFIG_INVALID", message, { key });
    }
    default: {
      if (url.username === "") return { kind: "none" };
      const [name, password] = [url.username, url.password].map(decodeURIComponent);
      return { kind: "basic", userInfo: `${name}:${password}` };
    }
  }
}

function tlsOf(config: Config): { ca?: string; cert?: string; key?: string; passphrase?: string } {
  const file = (
    key: `schema.registry.ssl.${"truststore" | "keystore"}.location`,
  ): string | undefined => {
    const path = config[key];
    if (!path) return undefined;
    try {
      return readFileSync(path, "utf8");
    } catch {
      throw new ConfigError("CONFIG_INVALID", `The file of ${key} cannot be read`, { key });
    }
  };
  const ca =
    config["schema.registry.ssl.truststore.certificates"]?.reveal() ??
    file("schema.registry.ssl.truststore.location");
  const both = file("schema.registry.ssl.keystore.location");
  const cert = config["schema.registry.ssl.keystore.certificate.chain"]?.reveal() ?? both;
  const key = config["schema.registry.ssl.keystore.key"]?.reveal() ?? both;
  const passphrase = config["schema.registry.ssl.key.password"]?.reveal();
  return {
    ...(ca ? { ca } : {}),
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
    ...(passphrase ? { passphrase } : {}),
  };
}
