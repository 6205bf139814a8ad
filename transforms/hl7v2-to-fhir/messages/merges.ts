import type { Segment } from "#lib/hl7v2";
import { referenceTo } from "../conversion.ts";
import {
  changeIdentifier,
  mergeAccount,
  mergePatient,
  mergeVisit,
  priorPatient,
} from "../segments/mrg-patient.ts";
import { encounterIdOf, pv1 } from "../segments/pv1-encounter.ts";
import type { State } from "../state.ts";

/** What an MRG means is said by the event: patients, accounts or visits are merged, moved or renamed. */
export function merge(mrg: Segment, state: State): void {
  switch (state.event.merges) {
    case "account":
      mergeAccount(mrg, state);
      changeIdentifier(mrg, state);
      break;
    case "both":
      mergePatient(mrg, state);
      mergeAccount(mrg, state);
      break;
    case "visit":
      state.mrg = mrg;
      changeIdentifier(mrg, state);
      break;
    case "identifier":
      changeIdentifier(mrg, state);
      break;
    case "move":
      move(mrg, state);
      break;
    default:
      mergePatient(mrg, state);
      if (!mrg.field(3).isEmpty) mergeAccount(mrg, state);
  }
}

/** What stood under the patient of MRG now stands under that of PID; what is moved belongs to the latter. */
function move(mrg: Segment, state: State): void {
  const from = priorPatient(mrg, state);
  const { conversion, patient, patientReference } = state;
  if (!mrg.field(3).isEmpty) {
    const account = mergeAccount(mrg, state);
    if (account && patientReference) {
      account.status = "active";
      account.subject = [patientReference];
    }
  }
  state.mrg = mrg;
  if (from && patient) {
    const url = "urn:hl7-org:v2xml#MRG.1";
    (patient.extension ??= []).push({ url, valueReference: referenceTo(from) });
    conversion.marks.mark(mrg, 1, 3);
  }
}

function isVisitOf(mrg: Segment, id: string, conversion: State["conversion"]): boolean {
  const cx = mrg.field(5).first;
  return cx.value !== "" && encounterIdOf(cx, conversion) === id;
}

/** The visit that goes on; the MRG before it named the one that does not. */
export function mergedVisit(segment: Segment, state: State): void {
  pv1(segment, state);
  const { mrg, event, conversion, encounter } = state;
  const { merges } = event;
  if (mrg && (merges === "visit" || merges === "move")) mergeVisit(mrg, state);
  // A visit that is moved has one number: that of MRG-5 is told by PV1-19.
  if (mrg && encounter && merges === "move" && isVisitOf(mrg, encounter.id, conversion)) {
    conversion.marks.mapped(mrg, 5, "identifier", encounter);
  }
  state.mrg = undefined;
}
