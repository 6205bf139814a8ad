import type { Difference } from "./difference.ts";

/** Rows of message maps that are different on purpose. */
export const messageDifferences: readonly Difference[] = [
  {
    map: /^[A-Z]{3}_[A-Z]\d\d$/,
    target: "Bundle",
    why: "resources go to topics one by one; what a Bundle would say of the message is in MessageHeader and Provenance",
  },
  {
    map: "VXU_V04",
    source: "VXU_V04.ORDER.ORC",
    target: "ServiceRequest[1]",
    isKept: true,
    why: "the guide leaves it to the receiver; the numbers of the order are among the identifiers of the Immunization",
  },
  {
    map: "MDM_T02",
    source: "MDM_T02.OBSERVATION.NTE",
    isKept: true,
    why: "a comment on a document is no content of it: DocumentReference.description has the text, an extension what was coded",
  },
  {
    map: "ORU_R01",
    source: "ORU_R01.PATIENT_RESULT.ORDER_OBSERVATION.PRT",
    target: "PractitionerRole[3]",
    why: "R4's DiagnosticReport has no requester; the one of the order is ServiceRequest.requester",
  },
  {
    map: "SIU_S12",
    source: /NTE$/,
    isKept: true,
    why: "R4's Appointment has no note: its text is Appointment.comment, the rest is kept in an extension named after the segment",
  },
  {
    map: "ORM_O01",
    target: /^(?:Coverage|Task)/,
    why: "the guide names no segment map for the row",
  },
  {
    map: "ORM_O01",
    target: /^SupplyRequest\[2\]/,
    why: "the guide names no segment map for the row",
  },
];
