import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, normalize } from "node:path";
import { test } from "node:test";
import { parse as parseProperties } from "dot-properties";
import { parse as parseYaml } from "yaml";

// No container engine can be assumed, so the image itself is not built here: what these tests can
// show is that every path, port and config that the files name exists and fits the others.

interface Service {
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, string>>;
}

const compose = parseYaml(readFileSync("docker/compose.yaml", "utf8")) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
const dockerfile = readFileSync("docker/Dockerfile", "utf8").replaceAll("\\\n", "");
const worker = parseProperties(readFileSync("docker/worker.properties", "utf8")) as Record<
  string,
  string
>;
const command = JSON.parse(/^CMD (.*)$/m.exec(dockerfile)?.[1] ?? "[]") as string[];
const exposed = (/^EXPOSE (.*)$/m.exec(dockerfile)?.[1] ?? "").split(" ");
/** Where each COPY puts what: image path → repository path. */
const copies = new Map(
  [...dockerfile.matchAll(/^COPY (.+) (\S+)$/gm)].flatMap(([, sources = "", target = ""]) =>
    sources
      .split(" ")
      .map((source) => [target === "./" ? source : normalize(target), source] as const),
  ),
);

/** The file of the repository that a path in the image comes from. */
function inRepository(imagePath: string): string | undefined {
  const entry = [...copies].find(([to]) => imagePath === to || imagePath.startsWith(`${to}/`));
  return entry && join(entry[1], imagePath.slice(entry[0].length));
}

test("every path that the Dockerfile copies exists", () => {
  for (const source of copies.values()) assert.ok(existsSync(source), source);
});

test("every folder that the worker needs at run time is in the image", () => {
  for (const folder of [
    "worker",
    "broker",
    "connect-api",
    "connectors",
    "converters",
    "lib",
    "transforms",
    "schemas",
  ]) {
    assert.ok(copies.has(folder), folder);
  }
});

test("the image's command names files that are in the image", () => {
  const files = command.filter((word) => /\.(ts|properties|json)$/.test(word));

  assert.ok(files.length >= 3);
  for (const file of files) assert.ok(existsSync(inRepository(file) ?? "(not copied)"), file);
});

test("compose builds from a Dockerfile that exists and names its own volumes and services", () => {
  for (const [name, service] of Object.entries(compose.services)) {
    if (service.build) {
      assert.ok(existsSync(join("docker", service.build.context, service.build.dockerfile)), name);
    }
    for (const dependency of Object.keys(service.depends_on ?? {})) {
      assert.ok(compose.services[dependency], dependency);
    }
    for (const volume of service.volumes ?? []) {
      assert.ok((volume.split(":")[0] ?? "") in compose.volumes, volume);
    }
  }
});

test("the worker's settings point at compose's Kafka, and its ports are exposed and published on loopback", () => {
  const [host = "", port = ""] = (worker["bootstrap.servers"] ?? "").split(":");
  assert.match(
    compose.services[host]?.environment?.["KAFKA_ADVERTISED_LISTENERS"] ?? "",
    new RegExp(`//${host}:${port}(,|$)`),
  );
  const restPort = new URL(worker["listeners"] ?? "").port;
  assert.ok(exposed.includes(restPort));
  assert.ok(compose.services["worker"]?.ports?.includes(`127.0.0.1:${restPort}:${restPort}`));
});

test("the connectors in the image are those of connect-configs, moved to the container's addresses", () => {
  const files = readdirSync("docker/connect-configs");
  // The pipeline of the demo; other files name somebody's account or other converters.
  assert.deepEqual(files, ["fhir-to-file.json", "hl7v2-to-fhir.json", "mllp-to-topics.json"]);
  for (const file of files) {
    const read = (folder: string): { name: string; config: Record<string, string> } =>
      JSON.parse(readFileSync(join(folder, file), "utf8")) as never;
    const [image, base] = [read("docker/connect-configs"), read("connect-configs")];
    const changed = Object.keys(image.config).filter(
      (key) => image.config[key] !== base.config[key],
    );
    assert.deepEqual(Object.keys(image.config), Object.keys(base.config));
    assert.ok(
      changed.every((key) => ["mllp.bind.address", "mllp.allow.plaintext", "file"].includes(key)),
      changed.join(),
    );
    const mllpPort = image.config["mllp.port"];
    if (mllpPort) {
      assert.ok(exposed.includes(mllpPort));
      assert.ok(compose.services["worker"]?.ports?.includes(`127.0.0.1:${mllpPort}:${mllpPort}`));
    }
    const output = image.config["file"];
    if (output) {
      assert.ok(
        compose.services["worker"]?.volumes?.some((v) => output.startsWith(`${v.split(":")[1]}/`)),
      );
    }
  }
});
