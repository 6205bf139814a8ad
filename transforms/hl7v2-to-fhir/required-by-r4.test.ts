import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { choicesOf, demandsOf } from "./required-by-r4.ts";

interface Definition {
  readonly elements: readonly {
    readonly path: string;
    readonly min: number;
    readonly types?: readonly string[];
  }[];
}

const { types } = JSON.parse(
  readFileSync(new URL("../../schemas/fhir/r4/definitions.json", import.meta.url), "utf8"),
) as { readonly types: Readonly<Record<string, Definition>> };

/** Codes whose value no message can leave open: the maps set them, or the whole Bundle is none of theirs. */
const isLeftOut = (type: string, path: string): boolean =>
  type === "Bundle" ||
  types[type]?.elements.find((each) => each.path === path)?.types?.[0] === "code";

/** Resources that the maps name. */
const MADE = (
  "Account AllergyIntolerance Appointment Basic Binary CarePlan CareTeam ChargeItem Condition Consent Coverage Device " +
  "DiagnosticReport DocumentReference Encounter EpisodeOfCare Flag Goal HealthcareService Immunization Location Medication " +
  "MedicationAdministration MedicationDispense MedicationRequest MessageHeader NutritionOrder Observation " +
  "OperationOutcome Organization Patient Practitioner PractitionerRole Procedure Provenance RelatedPerson ResearchStudy " +
  "ResearchSubject Schedule ServiceRequest Slot Specimen Substance SupplyRequest"
).split(" ");

test("every element that R4 demands of what is made here is known", () => {
  const unknown: string[] = [];
  for (const type of MADE) {
    for (const { path, min } of types[type]?.elements ?? []) {
      if (min === 0 || (isLeftOut(type, path) && !path.endsWith("contentType"))) continue;
      const parts = path.split(".");
      const name = parts.pop() ?? "";
      const place = demandsOf(type).find((each) => each.path.join(".") === parts.join("."));
      const stem = name.replace("[x]", "");
      const isKnown = place?.demands.some(({ names }) =>
        names.some((each) => each === name || (name.endsWith("[x]") && each.startsWith(stem))),
      );
      if (!isKnown) unknown.push(`${type}.${path}`);
    }
  }
  assert.deepEqual(unknown, []);
});

test("every choice of types that is told apart is one of R4", () => {
  for (const type of MADE) {
    for (const stem of choicesOf(type)) {
      assert.ok(
        types[type]?.elements.some(({ path }) => path === `${stem}[x]`),
        `${type}.${stem}`,
      );
    }
  }
});

test("nothing is demanded that R4 does not have", () => {
  for (const type of MADE) {
    for (const { path, demands } of demandsOf(type)) {
      for (const { names } of demands) {
        for (const name of names) {
          const wanted = [...path, name].join(".");
          const isThere = types[type]?.elements.some(
            (each) =>
              each.path === wanted ||
              (each.path.endsWith("[x]") && wanted.startsWith(each.path.slice(0, -3))) ||
              // Annotation.text.
              (path.at(-1) === "note" && each.path === "note"),
          );
          assert.ok(isThere, `${type}.${wanted}`);
        }
      }
    }
  }
});
