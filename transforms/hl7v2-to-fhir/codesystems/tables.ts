/**
 * Codes of HL7 v2 to codes of FHIR. A code that a table does not hold has no counterpart: the element is
 * left out, or the caller's default is used.
 *
 * Source: HL7 v2-to-FHIR 1.0.0, the concept maps named at each table.
 */
type Table = Readonly<Record<string, string>>;

/** AdministrativeSex. */
export const administrativeSex: Table = {
  F: "female",
  M: "male",
  O: "other",
  U: "unknown",
  A: "other",
  N: "other",
};
/** PatientClass[EncounterClass], those that become v3-ActCode; others keep their v2-0004 code. */
export const encounterClass: Table = { E: "EMER", I: "IMP", O: "AMB", P: "PRENC" };
/** PatientClass[EncounterStatus]. */
export const encounterStatus: Table = { P: "planned", U: "unknown" };
/** AllergenType[AllergyIntoleranceCategory]. */
export const allergyCategory: Table = {
  DA: "medication",
  FA: "food",
  EA: "environment",
  AA: "biologic",
  PA: "environment",
  LA: "environment",
};
/** AllergySeverity[AllergyIntolerance.criticality]. */
export const allergyCriticality: Table = { SV: "high", MI: "low" };
/** AllergySeverity[AllergyIntolerance.reaction.severity]. */
export const reactionSeverity: Table = { SV: "severe", MO: "moderate", MI: "mild" };
/**
 * ObservationResultStatusCodesInterpretation. The guide leaves I, O, R, S, U, B, V and N open; what is
 * waiting is `registered`, what is stored but not verified `preliminary`, U means final without retransmission.
 */
export const observationStatus: Table = {
  A: "amended",
  C: "corrected",
  D: "entered-in-error",
  F: "final",
  P: "preliminary",
  X: "cancelled",
  W: "entered-in-error",
  I: "registered",
  O: "registered",
  R: "preliminary",
  S: "preliminary",
  U: "final",
  B: "amended",
  V: "final",
  N: "cancelled",
};
/** ResultStatus[Non-Queries]; A ("some, not all, results available") is left open by the guide. */
export const reportStatus: Table = {
  O: "registered",
  I: "registered",
  S: "registered",
  P: "preliminary",
  C: "corrected",
  R: "partial",
  A: "partial",
  F: "final",
  X: "cancelled",
};
/** OrderStatus (ORC-5). */
export const orderStatus: Table = {
  CA: "revoked",
  CM: "completed",
  DC: "revoked",
  ER: "entered-in-error",
  HD: "on-hold",
  IP: "active",
  RP: "revoked",
  SC: "active",
  A: "active",
};
/** OrderControlCode[ServiceRequest.status] (ORC-1), as far as it says anything of a status. */
export const orderControlStatus: Table = {
  NW: "active",
  OK: "active",
  SN: "active",
  NA: "active",
  XO: "active",
  XX: "active",
  RL: "active",
  OE: "active",
  CA: "revoked",
  OC: "revoked",
  CR: "revoked",
  DC: "revoked",
  OD: "revoked",
  DR: "revoked",
  HD: "on-hold",
  OH: "on-hold",
  HR: "on-hold",
};
/** ExtendedPriorityCodes (OBR-5, ORC-7.6). */
export const requestPriority: Table = { S: "stat", A: "asap", R: "routine", T: "urgent" };
/** AddressType[Use]. */
export const addressUse: Table = {
  BA: "old",
  BI: "billing",
  C: "temp",
  B: "work",
  H: "home",
  O: "work",
};
/** AddressType[Type]. */
export const addressType: Table = { M: "postal", SH: "postal" };
/** NameType. */
export const nameUse: Table = {
  BAD: "old",
  D: "usual",
  L: "official",
  M: "maiden",
  MSK: "anonymous",
  N: "nickname",
  NAV: "temp",
  R: "official",
  TEMP: "temp",
};
/** TelecommunicationEquipmentType[system]. */
export const telecomSystem: Table = {
  PH: "phone",
  FX: "fax",
  MD: "other",
  CP: "phone",
  SAT: "other",
  BP: "pager",
  Internet: "email",
  "X.400": "email",
  TDD: "other",
  TTY: "other",
};
/** TelecommunicationUseCode. */
export const telecomUse: Table = { PRN: "home", WPN: "work", PRS: "mobile" };
