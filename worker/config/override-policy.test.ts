import assert from "node:assert/strict";
import { test } from "node:test";
import { overrideParts, overridePolicy } from "./override-policy.ts";
import { overridePolicyOf, parseWorkerConfig } from "./worker-config.ts";

const KEYS = ["sasl.jaas.config", "sasl.mechanism", "security.protocol", "acks", "no.such.setting"];
const PRINCIPAL = KEYS.slice(0, 3);

for (const [name, allowlist, allowed] of [
  ["All", [], KEYS],
  ["None", [], []],
  ["Principal", [], PRINCIPAL],
  ["Allowlist", ["acks", "sasl.mechanism"], ["sasl.mechanism", "acks"]],
  ["Allowlist", [], []],
] as const) {
  test(`the policy ${name} [${allowlist.join()}] lets a connector set ${allowed.join(", ") || "nothing"}`, () => {
    const policy = overridePolicy(name, allowlist);
    assert.ok(policy);
    const config = Object.fromEntries(KEYS.map((key) => [`producer.override.${key}`, "PLAIN"]));

    const [part] = overrideParts(policy, "source", config, false);

    const refused = KEYS.filter((key) => !allowed.some((each) => each === key));
    const found = part?.configs.flatMap(({ value }) => value?.errors ?? []) ?? [];
    const wrong = (key: string): boolean =>
      found.includes(
        `The '${name}' policy does not allow '${key}' to be overridden in the connector configuration.`,
      );
    assert.deepEqual(KEYS.filter(wrong), refused);
  });
}

test("a policy may be named as its Java class is, in any case", () => {
  for (const text of [
    "principal",
    "PrincipalConnectorClientConfigOverridePolicy",
    "org.apache.kafka.connect.connector.policy.PrincipalConnectorClientConfigOverridePolicy",
  ]) {
    assert.equal(overridePolicy(text, [])?.name, "Principal");
  }
});

test("the worker's settings choose the policy; one that there is not ends the start", () => {
  const worker = (policy: string, allowlist = "") =>
    parseWorkerConfig({
      "key.converter": "StringConverter",
      "value.converter": "StringConverter",
      "connector.client.config.override.policy": policy,
      "connector.client.config.override.allowlist": allowlist,
    });

  const chosen = overridePolicyOf(worker("Allowlist", "linger.ms, acks"));

  assert.deepEqual([chosen.allows("acks"), chosen.allows("retries")], [true, false]);
  assert.throws(() => worker("Some"), {
    name: "ConfigError",
    message: /override\.policy: choose one of All, None, Principal, Allowlist/,
  });
});

for (const [kind, config, isExactlyOnce, clients] of [
  ["source", {}, false, ["producer"]],
  ["source", { "topic.creation.groups": "" }, false, ["producer", "admin"]],
  ["source", { "offsets.storage.topic": "own" }, false, ["producer", "consumer", "admin"]],
  ["source", {}, true, ["producer", "consumer", "admin"]],
  ["sink", {}, false, ["consumer"]],
  ["sink", {}, true, ["consumer"]],
  ["sink", { "errors.deadletterqueue.topic.name": "d" }, false, ["producer", "consumer", "admin"]],
] as const) {
  test(`a ${kind} with ${JSON.stringify(config)}${isExactlyOnce ? ", exactly once," : ""} has ${clients.join(", ")}`, () => {
    const policy = overridePolicy("None", []);
    assert.ok(policy);
    const all = ["producer", "consumer", "admin"];
    const overrides = Object.fromEntries(all.map((each) => [`${each}.override.retries`, "1"]));

    const parts = overrideParts(policy, kind, { ...config, ...overrides }, isExactlyOnce);

    const names = parts.flatMap((part) => part.configs.map(({ value }) => value?.name ?? ""));
    assert.deepEqual(
      all.filter((each) => names.some((name) => name.startsWith(each))),
      clients,
    );
    assert.equal(
      parts.reduce((sum, { errorCount }) => sum + errorCount, 0),
      clients.length,
    );
  });
}
