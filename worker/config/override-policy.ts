import type { RawConfig } from "../herder/herder.ts";
import { CheckedConfig, keyInfo, valueInfo } from "./checked-config.ts";
import type { ReportPart } from "./checked-config.ts";
import { clientKeys } from "./client-settings.ts";

export const OVERRIDE_POLICIES = ["All", "None", "Principal", "Allowlist"] as const;

/** Which client settings a connector may set for itself. */
export interface OverridePolicy {
  readonly name: (typeof OVERRIDE_POLICIES)[number];
  allows(setting: string): boolean;
}

const PRINCIPAL = new Set(["sasl.jaas.config", "sasl.mechanism", "security.protocol"]);

/**
 * The policy of a name, simple or as the Java class is called. undefined for a name that there is not.
 *
 * Source: org.apache.kafka.connect.connector.policy (KIP-458; the allow-list is KIP-1188).
 */
export function overridePolicy(
  text: string,
  allowlist: readonly string[],
): OverridePolicy | undefined {
  const simple = text
    .replace(/^org\.apache\.kafka\.connect\.connector\.policy\./, "")
    .replace(/(ConnectorClientConfigOverridePolicy|OverridePolicy)$/, "");
  const name = OVERRIDE_POLICIES.find((each) => each.toLowerCase() === simple.toLowerCase());
  switch (name) {
    case undefined:
      return undefined;
    case "All":
      return { name, allows: () => true };
    case "None":
      return { name, allows: () => false };
    case "Principal":
      return { name, allows: (setting) => PRINCIPAL.has(setting) };
    case "Allowlist":
      return { name, allows: (setting) => allowlist.includes(setting) };
  }
}

/**
 * The `producer.override.`, `admin.override.` and `consumer.override.` settings that the connector's clients
 * would take, in that order, each with the policy's refusal.
 *
 * A source that keeps its offsets itself, because it has a topic for them or because its worker stores them
 * exactly once, has consumer and admin client too.
 *
 * Source: org.apache.kafka.connect.runtime.AbstractHerder.validateClientOverrides, and
 * DistributedHerder.connectorUsesSeparateOffsetsTopicClients.
 */
export function overrideParts(
  policy: OverridePolicy,
  kind: "source" | "sink",
  config: RawConfig,
  isExactlyOnce: boolean,
): readonly ReportPart[] {
  const hasDeadLetters = (config["errors.deadletterqueue.topic.name"]?.trim() ?? "") !== "";
  const createsTopics = Object.keys(config).some((key) => key.startsWith("topic.creation."));
  const isSource = kind === "source";
  const ownOffsets =
    isSource && (isExactlyOnce || (config["offsets.storage.topic"]?.trim() ?? "") !== "");
  const used = {
    producer: isSource || hasDeadLetters,
    consumer: !isSource || ownOffsets,
    admin: hasDeadLetters || (isSource && createsTopics) || ownOffsets,
  };
  return (["producer", "consumer", "admin"] as const)
    .filter((client) => used[client])
    .map((client) => part(policy, `${client}.override.`, config));
}

function part(policy: OverridePolicy, prefix: string, config: RawConfig): ReportPart {
  const own = Object.entries(config).filter(([key]) => key.startsWith(prefix));
  const given = Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value]));
  const client = prefix.slice(0, prefix.indexOf("."));
  const keys = Object.fromEntries(
    Object.entries(clientKeys(client)).filter(([name]) => name in given),
  );
  const checked = CheckedConfig.of(keys, given);
  for (const [name, value] of Object.entries(given)) {
    checked.define(name, value);
    if (policy.allows(name)) continue;
    const refusal = `The '${policy.name}' policy does not allow '${name}' to be overridden in the connector configuration.`;
    checked.addError(name, value, refusal);
  }
  const configs = [...checked.values()].map((value, index) => {
    const key = keys[value.name];
    const definition = key
      ? { ...keyInfo(value.name, key, index + 1), name: prefix + value.name }
      : null;
    return { definition, value: valueInfo(value, prefix) };
  });
  const errorCount = configs.filter(({ value }) => value.errors.length > 0).length;
  return { configs, groups: [], errorCount };
}
