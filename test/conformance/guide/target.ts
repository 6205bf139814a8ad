/** A FHIR resource or a part of one, as JSON. */
export type Json = Readonly<Record<string, unknown>>;

interface Step {
  readonly name: string;
  /** The extension's URL, where the table names it. */
  readonly url?: string;
  /** `subject(Patient.name)`: the type that is referred to. */
  readonly type?: string;
  /** `code="PLAC"`: the element holds this text. */
  readonly literal?: string;
}

/** An element that was found: its JSON, and the `_name` beside a primitive. */
export interface Found {
  readonly value: unknown;
  readonly shadow?: unknown;
}

/** Slips of spelling in the guide's paths, and elements whose name in R4 is another. */
const spelling: readonly (readonly [wrong: RegExp, right: string])[] = [
  [/occurn?e?n?[ce]{2}T[iI][mM]ing/g, "occurrenceTiming"],
  [/\.practioner\(/g, ".practitioner("],
  [/Practioner\./g, "Practitioner."],
  [/\.Practitioner\(/g, ".practitioner("],
  [/organziation/g, "organization"],
  [/organization\.\(/g, "organization("],
  [/\.sytem/g, ".system"],
  [/\[3\.version/g, "[3].version"],
  [/suffix\[2\}/g, "suffix[2]"],
  [/valueSampedData/g, "valueSampledData"],
  [/valuedateTime/g, "valueDateTime"],
  [/extension(\[\d+\])?\.uri/g, "extension$1.url"],
  [/\.coding\.value$/g, ".coding.code"],
  [/\.coding\.ur[il]$/g, ".coding.system"],
  [/\.reference\(/g, "("],
  [/line\[1-3\]\.line/g, "line"],
  [/\.text\.text$/g, ".text"],
  [/valueExtension/g, "extension"],
  [/occurrenceTiming\.(bounds|duration)/g, "occurrenceTiming.repeat.$1"],
  [/value\.CodeableConcept/g, "valueCodeableConcept"],
  [/medication\(/g, "medicationReference("],
  [/valueReference\(Group\.member\.entity\(/g, "valueReference(Group.member.entity("],
  [/note\(Annotation\.text\)/g, "note.text"],
  [/component\[each\]/g, "component"],
  [/content(\[\d\])?\.(data|contentType|url)$/g, "content$1.attachment.$2"],
  // Elements whose name in R4 is another.
  [/Medication\.doseForm/g, "Medication.form"],
  [/participant\.coveragePeriod/g, "participant.period"],
  [/"([A-Z]+)'"/g, '"$1"'],
  [/udiCarrier(\[\d\])?\.udiCarrier\./g, "udiCarrier."],
];

/** URLs that the guide misspells, or takes from a page about the extension. */
const rightUrls: Readonly<Record<string, string>> = {
  "http://www.hl7.org/fhir/extension-condition-asserteddate":
    "http://hl7.org/fhir/StructureDefinition/condition-assertedDate",
  "http://hl7.org/fhir/R4/extension-data-absent-reason.html":
    "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
  "http://hl7.org/fhir/R4/extension-humanname-assembly-order.html":
    "http://hl7.org/fhir/StructureDefinition/humanname-assembly-order",
  "https://hl7.org/fhir/R4/v3/ParticipationType/cs.html":
    "http://terminology.hl7.org/CodeSystem/v3-ParticipationType",
  UCUM: "http://unitsofmeasure.org",
  "http://unitsofmeasure.org/": "http://unitsofmeasure.org",
  "http://terminology.hl7.org/ValueSet/v2-0119": "http://terminology.hl7.org/CodeSystem/v2-0119",
  "http://hl7.org/fhir/sid/us-ssn.": "http://hl7.org/fhir/sid/us-ssn",
  "https://hl7.org/fhir/R4/v3/RoleCode/cs.html#v3-RoleCode-_PersonalRelationshipRoleType":
    "http://terminology.hl7.org/CodeSystem/v3-RoleCode",
};

/** A literal of the guide as HL7 writes it. */
export const rightLiteral = (text: string): string =>
  rightUrls[text] ?? text.trim().replace(/^https:\/\/hl7\.org\/fhir/, "http://hl7.org/fhir");

/** Urls of extensions by where they stand: `extension[2]` → URL, from the rows that assign it. */
export function extensionUrls(
  rows: readonly {
    readonly source: string;
    readonly rawTarget: string;
    readonly fixed: string | undefined;
  }[],
): ReadonlyMap<string, string> {
  const urls = new Map<string, string>();
  for (const { source, rawTarget, fixed } of rows) {
    const place = /^(.*extension(?:\[\d+\])?)\.ur[li]\)*$/.exec(rawTarget)?.[1];
    if (place === undefined || fixed === undefined) continue;
    // Numbers of extensions are used twice in some tables; within one field they are not.
    urls.set(`${source}|${place}`, fixed);
    urls.set(place, fixed);
  }
  return urls;
}

/** A path of the guide as steps. `urls` are those of the same table. */
export function parseTarget(raw: string, urls: ReadonlyMap<string, string>, source = ""): Step[] {
  // The URL of an extension is written into the path, so that it survives the mending of names.
  let text = raw.replace(/\.uri(\)*)$/, ".url$1");
  const own = [...urls].filter(([place]) => place.startsWith(`${source}|`));
  const places = [
    ...own.map(([place, url]) => [place.slice(source.length + 1), url] as const),
    ...urls,
  ].filter(([place]) => text.startsWith(place));
  const longest = places.reduce((most, [place]) => Math.max(most, place.length), 0);
  const [place, url] = places.find((each) => each[0].length === longest) ?? [];
  if (place !== undefined) {
    text = `${place.replace(/\[\d+\]$/, "")}<${url}>${text.slice(place.length)}`;
  }
  for (const [wrong, right] of spelling) text = text.replaceAll(wrong, right);
  const steps: Step[] = [];
  let rest = text;
  while (rest !== "") {
    const match =
      /^[.\s)]*(?:([A-Za-z$]+))?(?:\[[^\]]*\]|\[\d+)*(?:<([^>]*)>)?(?:\(([A-Za-z|]+)\.?)?(?:="?([^"]*)"?)?/.exec(
        rest,
      );
    const length = match?.[0].length ?? 0;
    if (!match || length === 0) break;
    rest = rest.slice(length);
    const [, name, url, type, literal] = match;
    if (name === undefined) continue;
    steps.push({
      name,
      ...(url === undefined ? {} : { url }),
      ...(type === undefined ? {} : { type }),
      ...(literal === undefined ? {} : { literal }),
    });
  }
  return steps;
}

/** Everything that the steps lead to from an element; `resolve` follows a reference. */
export function follow(
  start: Found,
  steps: readonly Step[],
  resolve: (reference: string) => Json | undefined,
): Found[] {
  let found: readonly Found[] = [start];
  for (const step of steps) {
    found = found.flatMap((each) => stepInto(each, step));
    const { type, literal } = step;
    if (type !== undefined) {
      found = found.flatMap(({ value }): Found[] => {
        const { reference } = (value ?? {}) as { reference?: string };
        const target = reference === undefined ? undefined : resolve(reference);
        const right = target && type.split("|").includes(String(target["resourceType"]));
        return right ? [{ value: target }] : [];
      });
    }
    if (literal !== undefined) found = found.filter(({ value }) => value === literal);
  }
  return [...found];
}

function stepInto(from: Found, { name, url }: Step): Found[] {
  if (name.startsWith("$")) return [from];
  const isObject = typeof from.value === "object" && from.value !== null;
  // The extension of a primitive stands in the `_name` beside it.
  const holder = (isObject ? from.value : (from.shadow ?? {})) as Json;
  const key = name in holder || `_${name}` in holder ? name : choiceOf(holder, name);
  const values = listOf(holder[key]);
  const shadows = listOf(holder[`_${key}`]);
  return Array.from({ length: Math.max(values.length, shadows.length) }, (_, at): Found => ({
    value: values[at],
    ...(shadows[at] === undefined || shadows[at] === null ? {} : { shadow: shadows[at] }),
  })).filter(({ value }) => url === undefined || (value as Json | undefined)?.["url"] === url);
}

/** `value` finds `valueString`: a choice whose type the path leaves open. */
function choiceOf(holder: Json, name: string): string {
  return Object.keys(holder).find((key) => new RegExp(`^_?${name}[A-Z]`).test(key)) ?? name;
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
