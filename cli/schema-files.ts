import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Consumer, SchemaType, VersionedSchema } from "#lib/schema-registry";
import { MAJOR_VERSION } from "#lib/schema-registry";
import { CommandError } from "./command.ts";

/** One subject of schemas/released/subjects.json. */
export interface ReleasedSubject {
  readonly subject: string;
  readonly schemaType: SchemaType;
  /** File that is to be released next. */
  readonly current: string;
  /** Major version of each released version, the first first, and last of `current`. */
  readonly majors: readonly number[];
}

/** A schema file as the next version of a subject. */
export function schemaOfFile(file: string, major?: number): VersionedSchema {
  let text: string;
  try {
    text = readFileSync(file, "utf8").trimEnd();
  } catch {
    throw new CommandError(`There is no file ${file}`);
  }
  const schemaType = file.endsWith(".avsc") ? "AVRO" : "JSON";
  return {
    schemaType,
    schema: text,
    references: [],
    ...(major === undefined
      ? {}
      : { metadata: { properties: { [MAJOR_VERSION]: String(major) } } }),
  };
}

export function releasedSubjects(folder: string): readonly ReleasedSubject[] {
  const file = join(folder, "subjects.json");
  if (!existsSync(file)) throw new CommandError(`There is no file ${file}`);
  return JSON.parse(readFileSync(file, "utf8")) as readonly ReleasedSubject[];
}

/** The newest released version of a subject; undefined when there is none. */
export function lastReleased(
  folder: string,
  { subject, schemaType, majors }: ReleasedSubject,
): (VersionedSchema & { readonly version: number }) | undefined {
  const [kind, ending] = schemaType === "AVRO" ? ["avro", "avsc"] : ["json", "json"];
  const path = join(folder, kind, subject);
  const versions = existsSync(path)
    ? readdirSync(path)
        .filter((name) => name.endsWith(`.${ending}`))
        .map((name) => Number(name.split(".")[0]))
    : [];
  if (versions.length === 0) return undefined;
  const version = Math.max(...versions);
  return { ...schemaOfFile(join(path, `${version}.${ending}`), majors[version - 1] ?? 1), version };
}

/** Connector configs: `{"name","config"}` files of a folder, or those of a worker. */
export async function consumersOf(source: string): Promise<readonly Consumer[]> {
  if (/^https?:/.test(source)) {
    const response = await fetch(new URL("/connectors?expand=info", source)).catch(() => undefined);
    if (!response?.ok) throw new CommandError(`The worker at ${source} does not answer`);
    const answer = (await response.json()) as Record<
      string,
      { info?: { config?: Record<string, string> } }
    >;
    return Object.entries(answer).map(([name, { info }]) => ({ name, config: info?.config ?? {} }));
  }
  if (!existsSync(source)) return [];
  return readdirSync(source)
    .filter((name) => name.endsWith(".json"))
    .map((name) => JSON.parse(readFileSync(join(source, name), "utf8")) as Partial<Consumer>)
    .flatMap(({ name, config }) => (name !== undefined && config ? [{ name, config }] : []));
}
