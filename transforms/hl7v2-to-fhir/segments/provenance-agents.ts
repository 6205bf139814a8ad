import type { ProvenanceAgent, Reference } from "fhir/r4";
import { codeOf } from "../datatypes/cwe-codeableconcept.ts";
import type { ValueOf } from "../segment-map.ts";

const PARTICIPANT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type";

export type AgentType = "author" | "enterer" | "performer" | "verifier" | "assembler" | "informant";

/** An agent of a Provenance: who, made of the field, in a role of provenance-participant-type. */
export const agentOf =
  (type: AgentType, who: ValueOf<Reference>): ValueOf<ProvenanceAgent> =>
  (repetition, conversion, segment, position) => {
    const reference = who(repetition, conversion, segment, position);
    return reference && { type: codeOf(PARTICIPANT, type), who: reference };
  };

export function agent(type: AgentType, who: Reference): ProvenanceAgent {
  return { type: codeOf(PARTICIPANT, type), who };
}
