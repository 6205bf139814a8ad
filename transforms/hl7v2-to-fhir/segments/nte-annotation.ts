import type { Annotation, FhirResource } from "fhir/r4";
import { clean } from "#lib/fhir";
import type { Segment } from "#lib/hl7v2";
import { cwe, cweText } from "../datatypes/cwe-codeableconcept.ts";
import { dateTime, text, wholeText } from "../datatypes/primitives.ts";
import { practitioner } from "../datatypes/xcn-practitioner.ts";
import { SET_ID, applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";

const { one, rule, kept } = rowsFor<Annotation>();

/** Source: HL7 v2-to-FHIR, NTE[Observation] and NTE[ServiceRequest]. Repetitions of NTE-3 are lines. */
export const nteAnnotation = segmentMap<Annotation>(
  "NTE[Annotation]",
  {
    2: kept("valueCode", text),
    3: rule("text", (field, target, conversion, segment) => {
      const lines = field.repetitions.map((line) => wholeText(line, conversion, segment, 3) ?? "");
      const note = lines.join("\n").trim();
      if (note !== "") target.text = note;
      return note !== "";
    }),
    4: kept("valueCodeableConcept", cwe("CommentType", "0364")),
    5: one("authorReference", practitioner),
    6: one("time", dateTime),
    7: kept("valueDateTime", dateTime),
    8: kept("valueDateTime", dateTime),
    9: [
      kept("valueCodeableConcept", cwe()),
      // A comment that is only coded is told by its text.
      rule("text", (field, target, conversion, segment) => {
        const coded = cweText(field.first, conversion, segment, 9);
        if (target.text === "" && coded !== undefined) target.text = coded;
        return coded !== undefined;
      }),
    ],
  },
  { 1: SET_ID },
);

/** Resources that have notes. */
const WITH_NOTE: ReadonlySet<string> = new Set([
  "AllergyIntolerance",
  "CarePlan",
  "CareTeam",
  "ChargeItem",
  "Condition",
  "Device",
  "Goal",
  "Immunization",
  "MedicationAdministration",
  "MedicationDispense",
  "MedicationRequest",
  "NutritionOrder",
  "Observation",
  "Procedure",
  "ServiceRequest",
  "Specimen",
]);

/** A comment on what stands before it; where FHIR has no note there, it is kept as an extension. */
export function nte(segment: Segment, state: State): void {
  const { conversion } = state;
  const owner = ownerOf(state);
  if (!owner) return;
  const note: Annotation = { text: "" };
  applyMap(nteAnnotation, segment, note, conversion, { resource: owner, element: "note" });
  // A text of nothing but control characters is none.
  if (!clean(note).text) return;
  if (WITH_NOTE.has(owner.resourceType)) {
    const noted = owner as { note?: Annotation[] };
    (noted.note ??= []).push(note);
  } else if (owner.resourceType === "Appointment") {
    owner.comment = [owner.comment, note.text].filter(Boolean).join("\n");
    // Who said it and when; R4 has the text alone.
    if (Object.keys(note).length > 1) keepNote(owner, note);
  } else if (owner.resourceType === "DocumentReference") {
    owner.description = [owner.description, note.text].filter(Boolean).join("\n");
    if (Object.keys(note).length > 1) keepNote(owner, note);
  } else {
    keepNote(owner, note);
  }
}

function keepNote(owner: FhirResource, note: Annotation): void {
  const extended = owner as { extension?: object[] };
  (extended.extension ??= []).push({ url: "urn:hl7-org:v2xml#NTE", valueAnnotation: note });
}

/** A report has no note: what is said of it goes to its request. */
function ownerOf({ slots, patient }: State): FhirResource | undefined {
  const owner = slots.owner ?? slots.order?.request ?? patient;
  return owner?.resourceType === "DiagnosticReport" ? slots.order?.request : owner;
}
