import { codeTable } from "./code-table.ts";
import { codesOf } from "./concept-maps.ts";

/**
 * Codes of HL7 v2 to codes of FHIR elements that take a code alone. A code that a table does not hold has no
 * counterpart: the element is left out, or the caller's default is used.
 *
 * Each is the concept map of HL7 v2-to-FHIR 1.0.0 that it names; what the guide leaves open is added here, with the
 * reason. Elements that take a coding use mapCode from concept-maps.ts.
 */
type Table = Readonly<Record<string, string>>;

export const administrativeSex: Table = codesOf("AdministrativeSex");
/** Those that become v3-ActCode; others keep their v2-0004 code. */
export const encounterClass: Table = codesOf(
  "PatientClass[EncounterClass]",
  "http://terminology.hl7.org/CodeSystem/v3-ActCode",
);
export const encounterStatus: Table = codesOf("PatientClass[EncounterStatus]");
export const allergyCategory: Table = codesOf("AllergenType[AllergyIntoleranceCategory]");
export const allergyCriticality: Table = codesOf("AllergySeverity[AllergyIntolerance.criticality]");
export const reactionSeverity: Table = codesOf(
  "AllergySeverity[AllergyIntolerance.reaction.severity]",
);
/**
 * The guide leaves I, O, R, S, U, B, V and N open; what is waiting is `registered`, what is stored but not
 * verified `preliminary`, U means final without retransmission.
 */
export const observationStatus: Table = codeTable({
  ...codesOf("ObservationResultStatusCodesInterpretation"),
  I: "registered",
  O: "registered",
  R: "preliminary",
  S: "preliminary",
  U: "final",
  B: "amended",
  V: "final",
  N: "cancelled",
});
/** A ("some, not all, results available") is left open by the guide. */
export const reportStatus: Table = codeTable({
  ...codesOf("ResultStatus[Non-Queries]"),
  A: "partial",
});
/** ORC-5; A ("some, not all, results available") is left open by the guide. */
export const orderStatus: Table = codeTable({ ...codesOf("OrderStatus"), A: "active" });
/**
 * ORC-1, as far as it says anything of a status. Open in the guide: SN and NA ask for and send a number, XO and XX
 * change an order, OE is a released one; the order goes on.
 */
export const orderControlStatus: Table = codeTable({
  ...codesOf("OrderControlCode[ServiceRequest.status]"),
  SN: "active",
  NA: "active",
  XO: "active",
  XX: "active",
  OE: "active",
});
/** OBR-5, ORC-7.6; T ("timing critical") is left open by the guide. */
export const requestPriority: Table = codeTable({
  ...codesOf("ExtendedPriorityCodes"),
  T: "urgent",
});
export const addressUse: Table = codesOf("AddressType[Use]");
export const addressType: Table = codesOf("AddressType[Type]");
export const nameUse: Table = codesOf("NameType");
/** CP is a use (`mobile`) in the guide; what rings is a phone. */
export const telecomSystem: Table = codeTable({
  ...codesOf("TelecommunicationEquipmentType", "http://hl7.org/fhir/contact-point-system"),
  CP: "phone",
});
export const telecomUse: Table = codesOf("TelecommunicationUseCode");
