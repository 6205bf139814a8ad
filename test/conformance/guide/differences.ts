import type { Difference } from "./difference.ts";
import { dataTypeDifferences } from "./differences-of-datatypes.ts";
import { messageDifferences } from "./differences-of-messages.ts";
import { segmentDifferences } from "./differences-of-segments.ts";
import type { MapRow } from "./map-row.ts";

export type { Difference } from "./difference.ts";

export const differences: readonly Difference[] = [
  ...messageDifferences,
  ...segmentDifferences,
  ...dataTypeDifferences,
];

/** Maps of data types that no row of the guide uses: there is no message that could show them. */
export const UNUSED = "no row of the guide uses this map";

const fits = (wanted: string | RegExp | undefined, text: string): boolean =>
  wanted === undefined || (typeof wanted === "string" ? wanted === text : wanted.test(text));

/** Why a row that is not right is different on purpose; `note` says what is there instead. */
export function whyDifferent(row: MapRow, note: string): Difference | undefined {
  return differences.find(
    ({ map, source, target, isKept }) =>
      fits(map, row.map) &&
      fits(source, row.source) &&
      fits(target, row.rawTarget) &&
      (!isKept || note.startsWith("at ")),
  );
}

/** Codes of the guide's vocabulary that do not arrive as the table says, on purpose; all of the table's without `codes`. */
export const codeDifferences: readonly {
  readonly map: string;
  readonly codes?: readonly string[];
  readonly why: string;
}[] = [
  {
    map: "EventReason",
    codes: ["U"],
    why: "EVN[Provenance] makes a data-absent-reason of it",
  },
  {
    map: "EventRelatedPeriod",
    codes: ["IC", "ICM", "ICD", "ICV"],
    why: "Timing.repeat.when is bound to codes that do not say between meals; kept in an extension named after the component",
  },
  {
    map: "Event[EncounterStatus]",
    codes: ["A04", "A08"],
    why: "what the class of the patient says of the visit (PatientClass[EncounterStatus]) is more than planned for somebody who was registered, and more than unknown",
  },
  {
    map: "AllergenType[AllergyIntoleranceOriginalCategory]",
    codes: ["MA", "MC"],
    why: "FHIR has no category for it, and takes no extension in its place; kept in an extension named after the field",
  },
  {
    map: "AllergySeverity[AllergyIntolerance.criticality-original]",
    codes: ["MO"],
    why: "FHIR has no criticality for it, and takes no extension in its place; kept in an extension named after the field, and the reaction has the severity",
  },
  {
    map: "SegmentActionCode",
    why: "an operation of a REST interface, not an element; what deletes is told by the resource's status and by Provenance",
  },
  {
    map: "TelecommunicationEquipmentType",
    codes: ["CP"],
    why: "mobile is a use (ContactPoint.use); the system is phone",
  },
];
