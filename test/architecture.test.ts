import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, normalize, relative } from "node:path";
import { test } from "node:test";

/**
 * Which folder may import which. A specifier is sorted into one of: another area of the product, a
 * Node module ("node:"), or an npm package ("npm:name").
 */
interface Rule {
  readonly area: string;
  /** Areas that may be imported beside the file's own unit. */
  readonly mayImport: readonly string[];
  /** Each sub-folder stands alone: a plug-in never imports another one. */
  readonly isolated?: boolean;
  readonly node?: boolean;
  readonly npm?: readonly string[] | "any";
}

const rules: readonly Rule[] = [
  { area: "connect-api", mayImport: [], node: false, npm: [] },
  { area: "lib", mayImport: ["lib", "schemas"], node: true, npm: "any" },
  {
    area: "connectors",
    mayImport: ["connect-api", "lib", "schemas"],
    isolated: true,
    node: true,
    npm: "any",
  },
  {
    area: "transforms",
    mayImport: ["connect-api", "lib", "schemas"],
    isolated: true,
    node: true,
    npm: "any",
  },
  {
    area: "converters",
    mayImport: ["connect-api", "lib"],
    isolated: true,
    node: true,
    npm: "any",
  },
  { area: "schemas", mayImport: [], node: false, npm: [] },
  { area: "broker", mayImport: ["lib"], node: true, npm: ["kafkajs"] },
  {
    area: "worker",
    mayImport: ["connect-api", "broker", "lib"],
    node: true,
    npm: ["dot-properties", "fastify", "pino", "prom-client"],
  },
  // Of a transform only its library: mapping functions that know neither contract nor worker.
  {
    area: "cli",
    mayImport: ["broker", "lib", "transforms/hl7v2-to-fhir/library.ts"],
    node: true,
    npm: ["dot-properties"],
  },
];

/** Domain code runs in the browser too, so these use no Node module and none of the contract. */
const nodeFree = ["lib/checked-json", "lib/hl7v2", "lib/fhir", "lib/mllp"];

const specifierPattern =
  /(?:^|[^.\w])(?:import|export)\s[^;"']*?from\s*["']([^"']+)["']|(?:^|[^.\w])import\s*\(?\s*["']([^"']+)["']/gm;

const aliases: readonly (readonly [prefix: string, area: string])[] = [
  ["#connect-api", "connect-api"],
  ["#broker", "broker"],
  ["#worker", "worker"],
  ["#lib/", "lib"],
  ["#test/", "test"],
];

function sourceFiles(area: string): string[] {
  return readdirSync(area, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name));
}

const isTest = (file: string): boolean =>
  file.endsWith(".test.ts") || /(^|\/)(fixtures|test-plugins|contract)\//.test(file);

/** `connectors/mllp-source` for a plug-in's file, `lib` for one of lib. */
function unitOf(file: string, isolated: boolean): string {
  const parts = file.split("/");
  return parts.slice(0, isolated ? 2 : 1).join("/");
}

function violations(): string[] {
  const found: string[] = [];
  for (const rule of rules) {
    for (const file of sourceFiles(rule.area).filter((name) => !isTest(name))) {
      const text = readFileSync(file, "utf8");
      for (const match of text.matchAll(specifierPattern)) {
        const specifier = match[1] ?? match[2] ?? "";
        const line = text.slice(0, match.index).split("\n").length;
        const problem = judge(rule, file, specifier);
        if (problem) found.push(`${file}:${line} imports "${specifier}": ${problem}`);
      }
    }
  }
  return found;
}

function judge(rule: Rule, file: string, specifier: string): string | undefined {
  if (specifier.startsWith(".")) {
    const target = normalize(join(dirname(file), specifier));
    if (relative(".", target).startsWith("..")) return "it leaves the repository";
    const isolated = rule.isolated ?? false;
    if (unitOf(target, isolated) === unitOf(file, isolated)) return undefined;
    if (rule.mayImport.includes(target)) return undefined;
    return judgeArea(rule, target.split("/")[0] ?? "");
  }
  const alias = aliases.find(([prefix]) => specifier.startsWith(prefix));
  if (alias)
    return alias[1] === rule.area && !rule.isolated ? undefined : judgeArea(rule, alias[1]);
  if (specifier.startsWith("node:") || builtinModules.includes(specifier)) {
    if (nodeFree.some((folder) => file.startsWith(`${folder}/`))) {
      return "this folder also runs in the browser, where there is no Node";
    }
    return rule.node ? undefined : "this area uses no Node module";
  }
  // Types of a dev dependency leave no import behind.
  if (specifier === "fhir/r4") return undefined;
  const name = specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
  if (name === "kafkajs" && !file.startsWith("broker/kafka/")) {
    return "only broker/kafka may use kafkajs";
  }
  if (rule.npm === "any" || rule.npm?.includes(name)) return undefined;
  return `this area may use ${rule.npm?.join(", ") || "no packages"}`;
}

function judgeArea(rule: Rule, area: string): string | undefined {
  if (rule.mayImport.includes(area)) return undefined;
  return `${rule.area} may import ${rule.mayImport.join(", ") || "nothing"}, not ${area}`;
}

test("imports point one way", () => {
  assert.deepEqual(violations(), []);
});

test("the rule refuses what it is there to refuse", () => {
  const connectors = rules.find(({ area }) => area === "connectors") as Rule;
  const lib = rules.find(({ area }) => area === "lib") as Rule;

  assert.match(
    judge(connectors, "connectors/a-source/task.ts", "../b-sink/task.ts") ?? "",
    /not connectors/,
  );
  assert.match(judge(connectors, "connectors/a-source/task.ts", "#worker") ?? "", /not worker/);
  assert.match(judge(connectors, "connectors/a/task.ts", "kafkajs") ?? "", /only broker\/kafka/);
  assert.match(judge(lib, "lib/hl7v2/message.ts", "node:buffer") ?? "", /browser/);
  assert.equal(judge(connectors, "connectors/a/task.ts", "./frame.ts"), undefined);
  assert.equal(judge(connectors, "connectors/a/task.ts", "#lib/hl7v2"), undefined);
});
