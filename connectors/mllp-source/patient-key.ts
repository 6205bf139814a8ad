import { findField } from "#lib/hl7v2";
import type { Field, MessageHeader, Repetition } from "#lib/hl7v2";

/** Which of a patient's ids is wanted. */
export interface IdPreference {
  /** CX.5, table 0203, most wanted first. */
  readonly types: readonly string[];
  /** CX.4.1 or CX.4.2, most wanted first; before all types. */
  readonly authorities: readonly string[];
}

/**
 * The id that everything about a patient shares: CX.1 of the PID-3 repetition of the most wanted
 * authority, then type, else of the first that has one, else PID-2, PV1-19 and at last MSH-10, so that a
 * message without a patient still has a key. null when even MSH-10 is empty.
 */
export function patientKey(
  payload: Uint8Array,
  header: MessageHeader,
  preference: IdPreference,
): string | null {
  return (
    wantedId(findField(payload, header, "PID", 3), preference) ||
    findField(payload, header, "PID", 2).value ||
    findField(payload, header, "PV1", 19).value ||
    header.messageControlId ||
    null
  );
}

/** The id that a merge takes out of use (MRG-1), chosen in the same way; "" for other messages. */
export function priorPatientId(
  payload: Uint8Array,
  header: MessageHeader,
  preference: IdPreference,
): string {
  return wantedId(findField(payload, header, "MRG", 1), preference);
}

function wantedId(field: Field, { types, authorities }: IdPreference): string {
  const ids = field.repetitions.filter(({ value }) => value !== "");
  const ofType = (among: readonly Repetition[]): Repetition | undefined => {
    for (const type of types) {
      const found = among.find((id) => id.component(5).value === type);
      if (found) return found;
    }
    return undefined;
  };
  for (const authority of authorities) {
    const among = ids.filter((id) => {
      const assigner = id.component(4);
      return assigner.value === authority || assigner.subcomponent(2) === authority;
    });
    const found = ofType(among) ?? among[0];
    if (found) return found.value;
  }
  return (ofType(ids) ?? ids[0])?.value ?? "";
}
