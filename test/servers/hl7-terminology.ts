import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "./cache.ts";
import { ServerMissingError } from "./maven-jars.ts";

/** Pinned: HL7 Terminology (THO), where HL7 keeps its code systems apart from FHIR's own versions; CC0-1.0. */
export const HL7_TERMINOLOGY_VERSION = "7.0.1";

/** The folder with HL7's code systems as FHIR R4 resources, fetched from npm at the first call. */
export function hl7TerminologyFolder(): string {
  const folder = cacheFolder(`hl7.terminology.r4-${HL7_TERMINOLOGY_VERSION}`);
  if (existsSync(folder)) return join(folder, "package");
  const half = `${folder}.${process.pid}`;
  mkdirSync(half, { recursive: true });
  const archive = `hl7.terminology.r4@${HL7_TERMINOLOGY_VERSION}`;
  const pack = spawnSync("npm", ["pack", "--silent", "--pack-destination", half, archive]);
  const [file = ""] = readdirSync(half);
  const unpack = spawnSync("tar", ["xzf", join(half, file), "-C", half]);
  if (pack.status !== 0 || unpack.status !== 0) {
    rmSync(half, { recursive: true, force: true });
    throw new ServerMissingError(`npm could not fetch ${archive}`);
  }
  if (existsSync(folder)) rmSync(half, { recursive: true, force: true });
  else renameSync(half, folder);
  return join(folder, "package");
}

interface Concept {
  readonly code: string;
  readonly concept?: readonly Concept[];
}

export interface CodeSystem {
  readonly url: string;
  readonly content: string;
  readonly concept?: readonly Concept[];
}

/** HL7's code systems whose file name begins so (`v2-`); all for "". */
export function hl7CodeSystems(prefix: string): readonly CodeSystem[] {
  const folder = hl7TerminologyFolder();
  return readdirSync(folder)
    .filter((file) => file.startsWith(`CodeSystem-${prefix}`))
    .toSorted()
    .map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as CodeSystem);
}
