import type { Annotation } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";

/** Maps NTE-3 of each segment to one Annotation; repetitions are lines. Source: HL7 v2-to-FHIR, NTE[Annotation]. */
export function notesOf(segments: readonly Segment[]): Annotation[] {
  return segments.flatMap((nte) => {
    const text = nte
      .field(3)
      .repetitions.map(({ value }) => value)
      .join("\n");
    return text.trim() === "" ? [] : [{ text }];
  });
}
