import type { Identifier, Patient, Reference } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import type { Conversion } from "../conversion.ts";
import { cxToIdentifier } from "../datatypes/cx-identifier.ts";
import { xpnToHumanName } from "../datatypes/xpn-humanname.ts";
import { patientIdOf, primaryIdentifier } from "./pid-patient.ts";

/** The prior patient of a merge; undefined when MRG-1 names none. */
export interface PriorPatient {
  readonly id: string;
  /** MRG-1.1, the key under which this patient's records stand. */
  readonly key: string;
  readonly identifiers: readonly Identifier[];
}

export function priorPatientOf(mrg: Segment, conversion: Conversion): PriorPatient | undefined {
  const cx = primaryIdentifier(mrg.field(1));
  if (!cx) return undefined;
  return {
    id: patientIdOf(cx, conversion),
    key: cx.value,
    identifiers: mrg.field(1).repetitions.flatMap((each) => cxToIdentifier(each) ?? []),
  };
}

/**
 * Makes the Patient that was merged away: inactive, with a link to the one that replaces it. Its record
 * goes under its own key, after everything else that was said of it.
 *
 * The guide has no map for merges; this is what LinuxForHealth's converter does, with a fixed id.
 */
export function mrgToPatient(
  mrg: Segment,
  prior: PriorPatient,
  survivor: Reference,
  conversion: Conversion,
): Reference {
  const name = xpnToHumanName(mrg.field(7).first);
  const patient: Patient = {
    resourceType: "Patient",
    id: prior.id,
    active: false,
    identifier: [...prior.identifiers],
    ...(name ? { name: [name] } : {}),
    link: [{ other: survivor, type: "replaced-by" }],
  };
  return conversion.add(patient, prior.key);
}
