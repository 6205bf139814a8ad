// Copies the schemas that changed since their last release to schemas/released, as the next version. Refuses a major
// change for which schemas/released/subjects.json names no new major version. `npm run cli -- schema check` says what
// would be released.
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { writeFileSync } from "node:fs";
import { planChange } from "#lib/schema-registry";
import { lastReleased, schemaOfFile } from "../cli/schema-files.ts";
import type { ReleasedSubject } from "../cli/schema-files.ts";
import { EVENTS } from "./schemas/events.ts";
import { PIPELINE_RESOURCES } from "./schemas/pipeline-resources.ts";

const FOLDER = "schemas/released";
const INDEX = `${FOLDER}/subjects.json`;

const known = new Map(
  (existsSync(INDEX)
    ? (JSON.parse(readFileSync(INDEX, "utf8")) as readonly ReleasedSubject[])
    : []
  ).map((subject) => [`${subject.schemaType} ${subject.subject}`, subject]),
);
const files = [
  ...PIPELINE_RESOURCES.map((name) => [
    `healthcare.fhir.${name.toLowerCase()}-value`,
    "fhir",
    name,
  ]),
  ...EVENTS.map(({ subject, name }) => [subject, "events", name]),
] as [string, string, string][];

const subjects: ReleasedSubject[] = [];
for (const [schemaType, kind, ending] of [
  ["AVRO", "avro", "avsc"],
  ["JSON", "json", "json"],
] as const) {
  for (const [subject, folder, name] of files) {
    const current = `schemas/${folder}/${kind}/${name}.${ending}`;
    const majors = known.get(`${schemaType} ${subject}`)?.majors ?? [1];
    const entry: ReleasedSubject = { subject, schemaType, current, majors };
    const previous = lastReleased(FOLDER, entry);
    const next = schemaOfFile(current, majors.at(-1));
    const plan = previous ? planChange(next, previous) : undefined;
    if (plan?.isRefused) {
      throw new Error(`${subject}: a major change; add the next major version to ${INDEX} first`);
    }
    if (!previous || plan?.class !== undefined) {
      const target = `${FOLDER}/${kind}/${subject}`;
      mkdirSync(target, { recursive: true });
      const version = readdirSync(target).length + 1;
      copyFileSync(current, `${target}/${version}.${ending}`);
      process.stderr.write(`${subject} ${schemaType} version ${version}\n`);
      const list = majors.length >= version ? majors : [...majors, majors.at(-1) ?? 1];
      subjects.push({ ...entry, majors: list });
    } else subjects.push(entry);
  }
}
writeFileSync(INDEX, `${JSON.stringify(subjects, undefined, 1)}\n`);
