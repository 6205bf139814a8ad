import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../../test/servers/cache.ts";
import { mavenJars } from "../../test/servers/maven-jars.ts";

const here = (file: string): string => join(import.meta.dirname, file);

export interface Peer {
  readonly name: string;
  /** The command before `folder warm-up seconds`. */
  readonly command: () => readonly string[];
  /** Seconds before it is measured: compilers on the way need some. */
  readonly warmUp: number;
}

const java = (jars: string, file: string): readonly string[] => [
  "java",
  "-Xmx1g",
  "-cp",
  `${jars}/*`,
  here(file),
];

/** hl7apy from PyPI, in a folder of the cache. */
function hl7apy(): readonly string[] {
  const folder = cacheFolder("hl7apy-1.3.5");
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true });
    spawnSync("python3", ["-m", "pip", "install", "--quiet", "--target", folder, "hl7apy==1.3.5"], {
      stdio: ["ignore", 2, 2],
    });
  }
  return ["env", `PYTHONPATH=${folder}`, "python3", here("hl7apy_parse.py")];
}

const node = (file: string): readonly string[] => [
  process.execPath,
  "--disable-warning=ExperimentalWarning",
  here(file),
];

/** Ours first, then the pinned versions of the others. */
export const peers: readonly Peer[] = [
  { name: "clinical-connect", command: () => node("ours.ts"), warmUp: 3 },
  {
    name: "LinuxForHealth hl7v2-fhir-converter 1.1.0 (Java)",
    command: () =>
      java(
        mavenJars("hl7v2-fhir-converter-1.1.0", [
          "io.github.linuxforhealth:hl7v2-fhir-converter:v1.1.0",
        ]),
        "LinuxForHealth.java",
      ),
    warmUp: 10,
  },
  {
    name: "HAPI v2 2.6.0 (Java)",
    command: () =>
      java(
        mavenJars("hapi-hl7v2-2.6.0", [
          "ca.uhn.hapi:hapi-base:2.6.0",
          "ca.uhn.hapi:hapi-structures-v251:2.6.0",
        ]),
        "HapiV2.java",
      ),
    warmUp: 8,
  },
  { name: "npm", command: () => node("npm-parsers.ts"), warmUp: 2 },
  { name: "hl7apy 1.3.5 (Python)", command: hl7apy, warmUp: 1 },
];
