import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "csv-parse/sync";
import type { Part } from "./definition.ts";
import { knownEvents, structureNamed, structureNames, structureOf } from "./structures.ts";

const require = createRequire(import.meta.url);

/** A place of a structure as a foreign dictionary has it. */
interface Foreign {
  readonly name: string;
  readonly isRequired: boolean;
  readonly repeats: boolean;
  readonly parts?: readonly Foreign[];
  readonly choices?: readonly string[];
}

interface DictionaryPart {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly children?: readonly DictionaryPart[];
  readonly compounds?: readonly { readonly name: string }[];
}

function fromDictionary(name: string): readonly Foreign[] | undefined {
  const { definitions } = require("hl7-dictionary") as {
    definitions: Record<
      string,
      { messages: Record<string, { segments: { segments: readonly DictionaryPart[] } }> }
    >;
  };
  const part = ({ name, min, max, children, compounds }: DictionaryPart): Foreign => ({
    name,
    isRequired: min > 0,
    repeats: max === 0 && !compounds,
    ...(children ? { parts: children.map(part) } : {}),
    ...(compounds ? { choices: compounds.map((one) => one.name) } : {}),
  });
  return definitions["2.5.1"]?.messages[name]?.segments.segments.map(part);
}

interface RedoxElement {
  readonly minOccurs: string;
  readonly maxOccurs: string;
  readonly segment?: string;
  readonly group?: string;
}

const elementIsAny = (element: RedoxElement | undefined): boolean =>
  element?.segment === undefined && element?.group === undefined;

function fromRedox(name: string): readonly Foreign[] | undefined {
  const { messages } = require("@redoxengine/redox-hl7-v2/schema") as {
    messages: Record<string, Record<string, { elements: readonly RedoxElement[] }>>;
  };
  const groups = messages[name];
  const elements = (group: string): readonly RedoxElement[] => groups?.[group]?.elements ?? [];
  const part = ({ minOccurs, maxOccurs, segment, group }: RedoxElement): Foreign => {
    const rest = { isRequired: minOccurs !== "0", repeats: maxOccurs !== "1" };
    if (segment !== undefined) return { name: segment, ...rest };
    const inner = elements(group ?? "");
    // Neither of both stands for any segment.
    if (group === undefined || (inner.length === 1 && elementIsAny(inner[0]))) {
      return { name: "ANY", ...rest };
    }
    if (group === "OBR_SUPPGRP") return { name: "OBR", ...rest };
    return group.endsWith("_SUPPGRP") && inner.length > 3
      ? { name: "choice", ...rest, choices: inner.map((one) => one.segment ?? "") }
      : { name: group, ...rest, parts: inner.map(part) };
  };
  return groups && elements(name).map(part);
}

/**
 * Whether our parts take everything that the foreign ones take, in the same groups, and demand nothing that they
 * do not. Ours may have more that is optional: it covers later versions as well.
 */
function takes(ours: readonly Part[], theirs: readonly Foreign[]): boolean {
  const [our, ...rest] = ours;
  const [foreign, ...others] = theirs;
  if (!foreign) return ours.every(({ isRequired }) => !isRequired);
  if (!our) return false;
  if (same(our, foreign) && takes(rest, others)) return true;
  if (!our.isRequired && takes(rest, theirs)) return true;
  // A later version made a group of segments that stood side by side before, as PV1 and PV2 became VISIT.
  return (
    our.kind === "group" &&
    !our.repeats &&
    takes([...our.parts.map(optional(our)), ...rest], theirs)
  );
}

const optional =
  ({ isRequired }: Part) =>
  (part: Part): Part => ({ ...part, isRequired: part.isRequired && isRequired });

function same(our: Part, foreign: Foreign): boolean {
  if (foreign.name === "ANY") return our.kind === "segment" && our.name === "ANY";
  if (foreign.repeats && !our.repeats) return false;
  if (our.isRequired && !foreign.isRequired) return false;
  if (foreign.choices) {
    if (our.kind !== "choice") return false;
    const names = new Set(our.parts.map((part) => (part.kind === "choice" ? "" : part.name)));
    return foreign.choices.every((name) => names.has(name));
  }
  if (foreign.parts) {
    // A name that a generator made of the segments in it is no name.
    const isNamed = !/_SUPPGRP\d?$/.test(foreign.name);
    return (
      our.kind === "group" &&
      (!isNamed || our.name === foreign.name) &&
      takes(our.parts, foreign.parts)
    );
  }
  if (our.kind === "segment") return our.name === foreign.name;
  // A segment that became a group of its own in a later version, as NK1 became NEXT_OF_KIN.
  return (
    our.kind === "group" && takes(our.parts, [{ ...foreign, isRequired: true, repeats: false }])
  );
}

/** Structures that differ from both dictionaries on purpose. */
const DIFFERENT: Readonly<Record<string, string>> = {
  ADT_A44: "one dictionary only, which names the group PATIENT_ID; PATIENT from 2.8 on",
  OMG_O19: "PRIOR_RESULT begins with PATIENT_PRIOR (see guards.ts)",
  OML_O21: "PRIOR_RESULT begins with PATIENT_PRIOR (see guards.ts)",
  OML_O33: "PRIOR_RESULT begins with PATIENT_PRIOR (see guards.ts)",
  OML_O35: "PRIOR_RESULT begins with PATIENT_PRIOR (see guards.ts)",
  ORL_O22: "the orders of an answer stand beside the patient, as in ORG_O20; inside of it in 2.5.1",
  OUL_R22: "VISIT stands inside of PATIENT from 2.8 on",
  OUL_R23: "VISIT stands inside of PATIENT from 2.8 on",
  OUL_R24: "VISIT stands inside of PATIENT from 2.8 on",
  SUR_P09: "one dictionary only, which ends it with any segment",
  VXU_V04: "the group of PV1 is PATIENT_VISIT, as everywhere; PATIENT in 2.5.1",
};

test("every structure agrees with one of two independent dictionaries of 2.5.1 at least", (t) => {
  const against: string[] = [];
  let [checked, both] = [0, 0];
  for (const name of structureNames()) {
    const ours = structureNamed(name)?.definition.parts ?? [];
    const votes = [fromDictionary(name), fromRedox(name)].flatMap((theirs) =>
      theirs && theirs.length > 0 ? [takes(ours, theirs)] : [],
    );
    if (votes.length === 0) continue;
    checked += 1;
    if (votes.every(Boolean)) both += 1;
    if (!votes.includes(true)) against.push(name);
  }
  t.diagnostic(`${checked} of ${structureNames().length} checked, ${both} agree with all`);

  assert.ok(checked > 190);
  assert.deepEqual(against, Object.keys(DIFFERENT));
});

test("every structure can be read, and every trigger event of table 0354 has one", () => {
  for (const name of structureNames()) {
    assert.equal(structureNamed(name)?.definition.parts[0]?.isRequired, true, name);
  }
  assert.ok(knownEvents().length > 350, `${knownEvents().length}`);
});

const events = (
  code: string,
  ...triggers: readonly (string | readonly [number, number])[]
): string[] =>
  triggers.flatMap((trigger) => {
    if (typeof trigger === "string") return `${code}^${trigger}`;
    const letter = code === "ADT" ? "A" : code === "SIU" ? "S" : "T";
    const [first, last] = trigger;
    return Array.from(
      { length: last - first + 1 },
      (_, index) => `${code}^${letter}${String(first + index).padStart(2, "0")}`,
    );
  });

test("the events that are converted have a structure", () => {
  const wanted = [
    ...events(
      "ADT",
      [1, 18],
      [20, 29],
      "A31",
      [34, 36],
      "A40",
      "A41",
      [43, 45],
      "A47",
      [49, 55],
      [60, 62],
    ),
    ...events("ORU", "R01", "R30", "R31", "R32", "R40"),
    ...events("OUL", "R21", "R22", "R23", "R24"),
    ...events("ORM", "O01"),
    ...events("OML", "O21", "O33", "O35", "O39"),
    "OMG^O19",
    "OMI^O23",
    "OMD^O03",
    "OMS^O05",
    "OMN^O07",
    "OMP^O09",
    ...events("RDE", "O01", "O11", "O25"),
    "RDS^O13",
    "RAS^O17",
    "RGV^O15",
    "VXU^V04",
    ...events("MDM", [1, 11]),
    ...events("SIU", [12, 24], "S26"),
    ...events("DFT", "P03", "P11"),
    ...events("BAR", "P01", "P02", "P05", "P06", "P10", "P12"),
    ...events("PPR", "PC1", "PC2", "PC3"),
    ...events("REF", "I12", "I13", "I14", "I15"),
    ...events("MFN", "M01", "M02", "M05"),
  ];

  const missing = wanted.filter((event) => {
    const [messageCode = "", triggerEvent = ""] = event.split("^");
    return !structureOf({ messageCode, triggerEvent, messageStructure: "" });
  });

  assert.ok(wanted.length >= 118, `${wanted.length}`);
  assert.deepEqual(missing, []);
});

test("the guide's table of structures and events agrees", (t) => {
  const data = process.env["CLINICAL_DATA"];
  if (!data) {
    t.skip("CLINICAL_DATA is not set: the guide's table was NOT read");
    return;
  }
  const file = join(data, "v2-to-fhir/codesystems/HL7 Concept Map_ MessageStructure - Sheet1.csv");
  const rows = parse(readFileSync(file), { relax_column_count: true, from_line: 3 }) as string[][];
  const different = rows.flatMap(([structure = "", text = ""]) => {
    const known = structureNamed(structure);
    if (!known) return [];
    const [messageCode = ""] = structure.split("_");
    return (text.match(/\b[A-Z][A-Z0-9]\w\b/g) ?? []).flatMap((triggerEvent) => {
      const ours = structureOf({ messageCode, triggerEvent, messageStructure: "" });
      return ours === known ? [] : [`${structure} ${triggerEvent}: ${ours?.name ?? "none"}`];
    });
  });

  // The table has this event in two rows; the later standard gives it a structure of its own.
  assert.deepEqual(different, ["RPI_I01 I04: RPI_I04"]);
});
