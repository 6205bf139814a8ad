import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { avroCodec, avroIncompatibilities, avroSchemaOf, parseAvroSchema } from "#lib/avro";
import { exactNumber } from "#lib/exact-json";
import { mavenJars, ServerMissingError } from "../servers/maven-jars.ts";
import { registryPython } from "../servers/registries.ts";
import { officialFhir } from "../servers/official-fhir.ts";
import { fhirFiles } from "../servers/fhir-package.ts";
import { RandomSchemas } from "./random-avro.ts";

const isLong = process.env["CLINICAL_LONG_TESTS"] === "1";
const PAIRS = 10_000;
const path = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** What a peer needs; skipped loudly where it cannot be had, and a failure in CI. */
function peer<T>(t: TestContext, get: () => T): T | undefined {
  try {
    return get();
  } catch (error) {
    if (!(error instanceof ServerMissingError) || process.env["CI"]) throw error;
    process.stderr.write(`✖ A test beside another Avro is LEFT OUT: ${error.message}\n`);
    t.skip(error.message);
    return undefined;
  }
}

function lines(program: string, args: readonly string[], input: string): readonly string[] {
  const { status, stdout, stderr } = spawnSync(program, args, {
    input,
    encoding: "utf8",
    maxBuffer: 1024 * 1024 * 1024,
  });
  assert.equal(status, 0, stderr.slice(-2000));
  return stdout.split("\n").slice(0, -1);
}

test(
  `S-2: the checker agrees with Python's on ${PAIRS} random pairs`,
  { skip: !isLong && "long: npm run test:registries" },
  (t) => {
    const python = peer(t, registryPython);
    if (python === undefined) return;
    const random = new RandomSchemas(20_261_125);
    const pairs = Array.from({ length: PAIRS }, () => random.pair());
    const input = pairs.map((pair) => `${JSON.stringify(pair)}\n`).join("");

    const theirs = lines(python, [path("python-avro/compare.py")], input);

    assert.equal(theirs.length, PAIRS);
    const differing: string[] = [];
    let compatible = 0;
    for (const [index, pair] of pairs.entries()) {
      const [old, next] = [avroSchemaOf(pair.old), avroSchemaOf(pair.new)];
      const bit = (is: boolean): string => (is ? "1" : "0");
      const ours =
        bit(avroIncompatibilities(next, old).length === 0) +
        bit(avroIncompatibilities(old, next).length === 0);
      if (ours.includes("1")) compatible += 1;
      if (ours !== theirs[index]) {
        differing.push(`${ours} ${theirs[index]} ${JSON.stringify(pair)}`);
      }
    }
    t.diagnostic(`${compatible} of ${PAIRS} pairs are compatible in some direction`);
    assert.deepEqual(differing.slice(0, 5), []);
    assert.ok(compatible > PAIRS / 10 && compatible < (PAIRS * 9) / 10, "both answers occur");
  },
);

/** Avro for Java, run as a source file. */
function javaAvro(mode: string, input: string): readonly string[] {
  const jars = mavenJars("avro-1.12.1", [
    "org.apache.avro:avro:1.12.1",
    "org.slf4j:slf4j-nop:2.0.17",
  ]);
  return lines(
    "java",
    ["-Xmx512m", "-cp", `${jars}/*`, path("java-avro/AvroPeer.java"), mode],
    input,
  );
}

test(
  "Java reads the FHIR records that we write, and writes them byte for byte as we do",
  { skip: !isLong && "long: npm run test:registries" },
  (t) => {
    const folder = officialFhir(t);
    if (!folder) return;
    const records = ["Patient", "Observation", "Claim", "ExplanationOfBenefit"].flatMap((type) => {
      const schema = readFileSync(`schemas/fhir/avro/${type}.avsc`, "utf8").trim();
      const codec = avroCodec(parseAvroSchema(schema), "json");
      return fhirFiles(folder, new RegExp(`^${type}-`)).map(([, text]) => {
        const head = Uint8Array.of(0, 0, 0, 0, 7);
        return { schema, bytes: codec.encode(plain(text), head) };
      });
    });
    const input = records
      .map(({ schema, bytes }) => `${Buffer.from(bytes).toString("hex")}\t${schema}\n`)
      .join("");

    const theirs = peer(t, () => javaAvro("framed", input));
    if (theirs === undefined) return;

    // Java takes the frame off, reads the record, and writes it again with its own frame.
    assert.deepEqual(
      theirs,
      records.map(({ bytes }) => Buffer.from(bytes).toString("hex")),
    );
    t.diagnostic(`${records.length} records`);
  },
);

test(
  "S-2: Java's own checker agrees with ours on random pairs",
  { skip: !isLong && "long: npm run test:registries" },
  (t) => {
    const random = new RandomSchemas(7);
    const pairs = Array.from({ length: PAIRS }, () => random.pair());
    const input = pairs
      .map((pair) => `${JSON.stringify(pair.old)}\t${JSON.stringify(pair.new)}\n`)
      .join("");

    const theirs = peer(t, () => javaAvro("compare", input));
    if (theirs === undefined) return;

    const ours = pairs.map((pair) => {
      const [old, next] = [avroSchemaOf(pair.old), avroSchemaOf(pair.new)];
      const bit = (is: boolean): string => (is ? "1" : "0");
      return (
        bit(avroIncompatibilities(next, old).length === 0) +
        bit(avroIncompatibilities(old, next).length === 0)
      );
    });
    const differing = ours.flatMap((text, index) =>
      text === theirs[index] ? [] : [`${text} ${theirs[index]} ${JSON.stringify(pairs[index])}`],
    );
    assert.deepEqual(differing.slice(0, 5), []);
  },
);

function plain(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown, context?: { source?: string }) =>
    typeof value === "number" && context?.source !== undefined && String(value) !== context.source
      ? exactNumber(context.source)
      : value,
  );
}
