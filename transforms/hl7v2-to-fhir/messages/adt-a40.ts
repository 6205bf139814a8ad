import type { Segment } from "#lib/hl7v2";
import type { Conversion } from "../conversion.ts";
import { mrgToPatient, priorPatientOf } from "../segments/mrg-patient.ts";
import { patientId } from "../segments/pid-patient.ts";
import { adtA01 } from "./adt-a01.ts";

/**
 * ADT_A39, event A40 (merge patient): the surviving patient (PID) replaces the prior one (MRG).
 *
 * Two resources say so from both sides: the survivor links `replaces`, the prior is inactive and links
 * `replaced-by`. A patient merged with itself is left alone. The guide has no map for merges.
 */
export function adtA40(pid: Segment, conversion: Conversion): void {
  const mrg = conversion.message.segment("MRG");
  const prior = mrg && priorPatientOf(mrg, conversion);
  const survivorId = patientId(pid, conversion);
  if (!mrg || !prior || prior.id === survivorId) {
    adtA01(pid, conversion);
    return;
  }
  mrgToPatient(mrg, prior, { reference: `Patient/${survivorId}` }, conversion);
  const other = { reference: `Patient/${prior.id}` };
  adtA01(pid, conversion, { links: [{ other, type: "replaces" }] });
}
