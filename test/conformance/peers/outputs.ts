import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Bundle, FhirResource } from "fhir/r4";
import { mavenJars } from "../../servers/maven-jars.ts";
import { outputOf, sampleFiles } from "../samples.ts";
import type { Node } from "./match.ts";

/** One message, a peer's conversion of it, and ours. */
export interface Compared {
  readonly peer: string;
  readonly file: string;
  readonly theirs: readonly Node[];
  readonly ours: readonly Node[];
}

const PEERS: Readonly<Record<string, string>> = {
  microsoft: "Microsoft",
  reportstream: "ReportStream",
  "gcp-harmonization": "Google",
};

/** Every sample message that has a peer's FHIR bundle beside it, and that we convert. */
export function* sampleComparisons(folder: string): Generator<Compared> {
  for (const { file, expected } of sampleFiles(folder)) {
    const peer = PEERS[file.split("/")[0] ?? ""];
    if (peer === undefined || !file.endsWith(".hl7")) continue;
    for (const output of expected) {
      // What converts FHIR to HL7 v2 is no conversion of the message.
      if (!output.endsWith(".json") || output.includes("source")) continue;
      const bundle = JSON.parse(readFileSync(join(folder, output), "utf8")) as Bundle<FhirResource>;
      const ours = oursOf(file, readFileSync(join(folder, file)));
      if (bundle.resourceType !== "Bundle" || ours.length === 0) continue;
      yield { peer, file, theirs: nodesOf(bundle), ours };
    }
  }
}

/** LinuxForHealth's own test messages, converted by its converter now. Throws ServerMissingError without Java or Maven. */
export function linuxForHealthComparisons(folder: string): readonly Compared[] {
  const jars = mavenJars("hl7v2-fhir-converter-1.1.0", [
    "io.github.linuxforhealth:hl7v2-fhir-converter:v1.1.0",
  ]);
  const files = sampleFiles(folder)
    .map(({ file }) => file)
    .filter((file) => file.startsWith("linuxforhealth/") && file.endsWith(".hl7"));
  const source = join(import.meta.dirname, "LinuxForHealthOutputs.java");
  const { stdout, status } = spawnSync("java", ["-Xmx1g", "-cp", `${jars}/*`, source], {
    input: files.map((file) => `${join(folder, file)}\n`).join(""),
    stdio: ["pipe", "pipe", "ignore"],
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  const lines = stdout.split("\n");
  if (status !== 0 || lines.length !== files.length + 1) {
    throw new Error(`LinuxForHealth's converter ended with ${status} after ${lines.length - 1}`);
  }
  return files.flatMap((file, index) => {
    const bundle = lines[index] ?? "";
    const ours = bundle === "" ? [] : oursOf(file, readFileSync(join(folder, file)));
    if (ours.length === 0) return [];
    const theirs = nodesOf(JSON.parse(bundle) as Bundle<FhirResource>);
    return [{ peer: "LinuxForHealth", file, theirs, ours }];
  });
}

export function oursOf(file: string, bytes: Uint8Array): readonly Node[] {
  return outputOf(file, bytes).resources.map((resource) => ({
    // Decimals that keep their digits read as numbers, as the peer's do.
    resource: JSON.parse(JSON.stringify(resource)) as typeof resource,
    names: [`${resource.resourceType}/${resource.id}`],
  }));
}

export function nodesOf({ entry = [] }: Bundle<FhirResource>): readonly Node[] {
  return entry.flatMap(({ resource, fullUrl }) =>
    resource
      ? [
          {
            resource,
            names: [
              `${resource.resourceType}/${resource.id}`,
              ...(fullUrl === undefined ? [] : [fullUrl]),
            ],
          },
        ]
      : [],
  );
}
