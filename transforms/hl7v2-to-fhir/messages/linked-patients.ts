import type { Segment } from "#lib/hl7v2";
import { referenceTo } from "../conversion.ts";
import { pid } from "../segments/pid-patient.ts";
import type { State } from "../state.ts";

/** The second PID of a link (A24) and the first one see each other. */
export function linkPatients(segment: Segment, state: State): void {
  const first = state.patient;
  pid(segment, state);
  const second = state.patient;
  if (!first || !second || first.id === second.id) return;
  (first.link ??= []).push({ other: referenceTo(second), type: "seealso" });
  (second.link ??= []).push({ other: referenceTo(first), type: "seealso" });
}
