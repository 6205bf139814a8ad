import type { MapRow } from "./map-row.ts";

/**
 * Where the product does something else than a row of the guide says, on purpose. An entry counts only for rows that are
 * not right; one that counts for none is stale, and the suite says so.
 */
export interface Difference {
  /** The map's name, or a pattern of names. */
  readonly map: string | RegExp;
  /** `PID-19`; all of the map's rows when left out. */
  readonly source?: string | RegExp;
  /** The element as the table writes it. */
  readonly target?: string | RegExp;
  /** The reason holds only when the value is at another place of the output, so nothing is lost. */
  readonly isKept?: true;
  readonly why: string;
}

const SEGMENT_KEPT =
  "R4 has no such element, and the extension that the guide names is none of R4's: kept in an extension named after the field";

export const differences: readonly Difference[] = [
  // What there is no Bundle for.
  {
    map: "MSH[Bundle]",
    why: "resources go to topics one by one; what a Bundle would say of the message is in MessageHeader and Provenance",
  },
  {
    map: /^[A-Z]{3}_[A-Z]\d\d$/,
    target: "Bundle",
    why: "resources go to topics one by one; what a Bundle would say of the message is in MessageHeader and Provenance",
  },
  {
    map: "MSH[Provenance-Source]",
    target: /^entity\[1\]\.what\(DocumentReference/,
    why: "the raw message stays byte for byte in its own topic and is named by its control id; a second copy would double patient data",
  },
  {
    map: "MSH[Provenance-Transformation]",
    target: /^entity\[1\]\.what\(DocumentReference/,
    why: "the raw message stays byte for byte in its own topic and is named by its control id; a second copy would double patient data",
  },
  {
    map: "MSH[Provenance-Transformation]",
    target: /^activity\.coding/,
    why: "the code system is the guide's own and not published; the activity is a code of v3-DataOperation",
  },
  {
    map: "MSH[Provenance-Transformation]",
    target: "policy",
    why: "the guide leaves the policy to the implementer, and there is none",
  },
  {
    map: "MSH[Provenance-Source]",
    target: "occurred",
    isKept: true,
    why: "occurred[x] names no type; MSH-7 is Provenance.recorded",
  },
  {
    map: /^HD\[MessageHeader/,
    isKept: true,
    why: "a name or an endpoint that is no URI is kept as name, as endpoint of the kind urn:, or as device",
  },
  // Data types whose place makes another thing of them.
  {
    map: /^XCN\[(?:Annotation-Author|Patient|RelatedPerson)\]$/,
    isKept: true,
    why: "a person in an XCN is a Practitioner, whatever the field",
  },
  {
    map: /^XCN\[/,
    source: "XCN.7",
    isKept: true,
    why: "a degree is a qualification, as in XCN[Practitioner]",
  },
  {
    map: "CNN[Practitioner]",
    source: "CNN.7",
    isKept: true,
    why: "a degree is a qualification, as in XCN[Practitioner]",
  },
  {
    map: /^XCN\[/,
    source: "XCN.18",
    isKept: true,
    why: "R4 defines the extension for HumanName, not for the family name",
  },
  {
    map: /^(?:XCN|XON|CX)\[/,
    target: /assigner\(Organization\)/,
    isKept: true,
    why: "an authority with an OID, UUID or URI is the identifier's system; only a name alone is an assigner",
  },
  {
    map: "CX[Identifier]",
    source: "CX.4",
    target: "system",
    why: "an OID, UUID or URI of the sender is a system, listed in HL7's registry or not",
  },
  {
    map: /^(?:PL|NDL)\[/,
    isKept: true,
    why: "one Location for each level that is there, from the bed up, joined by partOf; the guide numbers them otherwise",
  },
  {
    map: "XON[Location]",
    isKept: true,
    why: "an XON is an Organization in each place that uses it",
  },
  {
    map: "CWE[PractitionerRole]",
    isKept: true,
    why: "the only field that uses it (PRT-6) is a specialty there",
  },
  {
    map: /^CX\[RelatedPerson-Mother\]$/,
    isKept: true,
    why: "the element belongs to the RelatedPerson, while the map is used in Patient",
  },
  {
    map: "XAD[Address]",
    source: "XAD.10",
    why: "R4 allows HL7's extension at a line of the address only; kept in an extension named after the component",
  },
  {
    map: "EI[Condition]",
    isKept: true,
    why: "the parent problem is referred to by its identifier: it may have been told of in another message",
  },
  {
    map: "DG1[Condition]",
    source: "DG1-22",
    isKept: true,
    why: "the parent problem is referred to by its identifier: it may have been told of in another message",
  },
  {
    map: "PR1[Procedure]",
    source: "PR1-25",
    isKept: true,
    why: "the parent procedure is referred to by its identifier: it may have been told of in another message",
  },
  {
    map: /^DG1\[(?:Encounter|EpisodeOfCare)\]$/,
    source: "DG1-21",
    isKept: true,
    why: "a diagnosis that is deleted is no longer one of the visit or the episode; the Condition says that it was entered in error",
  },
  {
    map: /^DG1\[(?:Encounter|EpisodeOfCare)\]$/,
    source: "DG1-22",
    isKept: true,
    why: "the parent problem is referred to by its identifier: it may have been told of in another message",
  },
  {
    map: "IN1[Coverage]",
    source: /^IN1-(?:10|49)$/,
    why: "the extension is none of R4's; the subscriber's number is an identifier of the Coverage",
  },
  {
    map: "IN1[Coverage]",
    source: "IN1-5",
    isKept: true,
    why: "R4 spells the element payor; its Organization has the address",
  },
  // The message.
  {
    map: "SFT[Device]",
    target: "type",
    why: "the guide has not found a code for software yet",
  },
  {
    map: "SFT[Device]",
    source: "SFT-1",
    target: "manufacturer",
    why: "the name is the manufacturer's, whether a number stands beside it or not",
  },
  {
    map: "SFT[Device]",
    source: "SFT-6",
    why: "the extension is R5's; kept in an extension named after the field",
  },
  {
    map: "MSH[MessageHeader]",
    source: "MSH-5",
    target: "destination[1].name",
    why: "without MSH-25 the map of the endpoint gives the same name",
  },
  {
    map: "EVN[Provenance]",
    source: "EVN-4",
    target: "reason.extension[1].valueCodeableConcept",
    isKept: true,
    why: "R4 defines data-absent-reason as a code, not as a CodeableConcept",
  },
  {
    map: "ORC[Immunization]",
    source: "ORC-12",
    isKept: true,
    why: "an XCN names a person and no organization: the performer is the Practitioner, whose role is performer.function",
  },
  {
    map: "ORC[ServiceRequest]",
    source: "ORC-14",
    target: "extension[3].valueContactPoint",
    why: "a number to call back is kept beside the one of OBR-17",
  },
  {
    map: "VXU_V04",
    source: "VXU_V04.ORDER.ORC",
    target: "ServiceRequest[1]",
    isKept: true,
    why: "the guide leaves it to the receiver; the numbers of the order are among the identifiers of the Immunization",
  },
  // Documents.
  {
    map: "NTE[DocumentReference]",
    source: /^NTE-[39]$/,
    why: "a comment on a document is no content of it: DocumentReference.description has the text, an extension what was coded",
  },
  {
    map: "MDM_T02",
    source: "MDM_T02.OBSERVATION.NTE",
    isKept: true,
    why: "a comment on a document is no content of it: DocumentReference.description has the text, an extension what was coded",
  },
  {
    map: "TXA[DocumentReference]",
    source: "TXA-6",
    target: /^extension/,
    why: "the extension is R6's; a time that is only a date is DocumentReference.date as far as an instant can say it",
  },
  {
    map: "TXA[DocumentReference]",
    source: "TXA-19",
    target: /^status\.extension/,
    why: "alternate-codes is none of R4's extensions; kept in an extension named after the field",
  },
  {
    map: "TXA[Provenance]",
    source: "TXA-9",
    target: /role/,
    why: "IRCP is the role of a recipient (TXA-23); the originator is the author",
  },
  // Appointments.
  {
    map: "AIS[Appointment]",
    target: /^participant\.period/,
    why: "AIS names a service and no participant: its time is that of the appointment",
  },
  {
    map: "AIG[Appointment]",
    source: "AIG-3",
    isKept: true,
    why: "AIG is for what is neither a place nor a person (AIL and AIP are), so it is a HealthcareService",
  },
  {
    map: "SCH[Appointment]",
    source: "SCH-7",
    target: "reasonCode[1]",
    why: "a reason of another table, or of none, is a reason as well",
  },
  {
    map: "SCH[Appointment]",
    source: /^SCH-1[26]$/,
    target: /type\.coding/,
    why: "the code system has no code for the contact of the placer or filler; type.text says it",
  },
  {
    map: "SCH[ServiceRequest]",
    source: "SCH-25",
    target: "status",
    why: "the concept map gives statuses of appointments, which ServiceRequest.status does not have",
  },
  // Participants.
  {
    map: "PRT[CareTeam]",
    target: /member\(RelatedPerson/,
    why: "the guide makes care teams for the roles of professionals only; whoever has another role is a RelatedPerson of their own",
  },
  {
    map: "PRT[CareTeam]",
    target: "participant[3].member(PractitionerRole.address)",
    isKept: true,
    why: "R4's PractitionerRole has no address; it is that of the Practitioner",
  },
  {
    map: "PRT[CareTeam]",
    target: /onBehalfOf\(Organization\.(?:address|telecom)\)/,
    isKept: true,
    why: "another row gives the same address and numbers to the person; they are the organization's where no person is named",
  },
  {
    map: "PRT[RelatedPerson]",
    source: "PRT-4",
    isKept: true,
    why: "the code that the concept map knows is that of a professional, who is in the care team",
  },
  {
    map: "ROL[RelatedPerson]",
    source: "ROL-3",
    isKept: true,
    why: "the concept map is that of the roles of professionals, who are in the care team; a code of relationships stays as it is",
  },
  {
    map: "ROL[CareTeam]",
    source: "ROL-4",
    target: /\((?:Patient|RelatedPerson)\[1\]\)$/,
    isKept: true,
    why: "the codes of table 0443 that lead to this map are roles of professionals",
  },
  {
    map: "ROL[CareTeam]",
    source: "ROL-12",
    why: "CareTeam.telecom is the number of the whole team; ROL-12 is that of the one who is told of",
  },
  {
    map: "PRT[Device]",
    source: "PRT-10",
    isKept: true,
    why: "any number of the device, which need not be a UDI: the UDI has a field of its own, PRT-16",
  },
  {
    map: "ORU_R01",
    source: "ORU_R01.PATIENT_RESULT.ORDER_OBSERVATION.PRT",
    target: "PractitionerRole[3]",
    why: "R4's DiagnosticReport has no requester; the one of the order is ServiceRequest.requester",
  },
  // R5 extensions and others that R4 does not define.
  {
    map: /^(?:AL1|IAM)\[AllergyIntolerance\]$/,
    target: /^(?:category|criticality)\.extension/,
    why: "alternate-codes is none of R4's extensions; the code is in the coded element where FHIR has one, else in the text of the reaction",
  },
  {
    map: /^OBX\[Observation/,
    source: "OBX-5",
    target: /extension\[1\]|derivedFrom/,
    why: "the extension is R5's; the document is a DocumentReference that the Observation is derived from",
  },
  {
    map: /^OBX\[Observation/,
    source: "OBX-33",
    isKept: true,
    why: "the extension is R5's; Observation.specimen refers to the specimen by its identifier",
  },
  {
    map: /^OBX\[Observation/,
    source: "OBX-33",
    why: "the extension is R5's; Observation.specimen refers to the specimen by its identifier",
  },
  {
    map: "OBX[Observation-Component]",
    isKept: true,
    why: "what belongs to the OBX as a whole stands in the Observation; only the repetitions of OBX-5 are components",
  },
  { map: /^NTE\[Appointment-Comment\]$/, isKept: true, why: SEGMENT_KEPT },
  { map: "FT[Annotation-Comment]", isKept: true, why: SEGMENT_KEPT },
  {
    map: "SIU_S12",
    source: /NTE$/,
    isKept: true,
    why: "R4's Appointment has no note: its text is Appointment.comment, the rest is kept in an extension named after the segment",
  },
  {
    map: "NTE[Appointment-Comment]",
    target: /url$/,
    why: "the extensions are R5's, or none; kept in an extension named after the segment",
  },
  {
    map: "PID[Appointment]",
    target: /^extension/,
    why: "the extension is R5's, and HAPI's validator refuses such a URL in R4; the patient is a participant",
  },
  {
    map: "PV2[Encounter]",
    source: /^PV2-[89]$/,
    why: "the extension is R5's, and HAPI's validator refuses such a URL in R4; kept in an extension named after the field",
  },
  {
    map: "ORC[MedicationAdministration]",
    source: "ORC-1",
    why: "businessEvent is none of R4's extensions; kept in an extension named after the field",
  },
  {
    map: "ORC[ServiceRequest]",
    source: /^ORC-(?:1|9)$/,
    target: /extension/,
    why: "businessEvent is none of R4's extensions; kept in an extension named after the field",
  },
  {
    map: "SN[Quantity]",
    target: /extension/,
    why: "an SN that a Quantity cannot say becomes valueString as it was sent; nothing is left for originalText",
  },
  {
    map: /^SN\[(?:Range|Ratio)\]$/,
    target: /extension|comparator/,
    why: "an SN with a comparator and a separator becomes valueString as it was sent",
  },
  {
    map: /^PID\[Patient\]$/,
    source: "PID-19",
    target: /code$/,
    why: "PID-19 is the number that table 0203 calls SS; which other countries put into it cannot be known",
  },
  {
    map: "NK1[RelatedPerson]",
    source: "NK1-37",
    target: /code$/,
    why: "NK1-37 is the number that table 0203 calls SS; which other countries put into it cannot be known",
  },
  {
    map: "HD[Location]",
    why: "PL.4 is part of the hierarchy of locations, which PL[Location] makes",
  },
  {
    map: "PRT[Patient-GeneralPractitioner-PractitionerRole]",
    source: "PRT-2",
    target: "Operation",
    why: "an operation of a REST interface, not an element; what deletes is told by Provenance.activity",
  },
  {
    map: "CWE[Device]",
    target: /DeviceDefinition/,
    why: "whether the code names a kind or an instance is not said; it identifies the Device of the message",
  },
  {
    map: "CWE[Device]",
    isKept: true,
    why: "the first coding identifies the Device; the others are kept with the order (ORC-18)",
  },
  {
    map: "CWE[Identifier]",
    isKept: true,
    why: "the only field that uses it (IN1-2) is a class of the Coverage",
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

/** Maps of data types that no row of the guide uses: there is no message that could show them. */
export const UNUSED = "no row of the guide uses this map";

const fits = (wanted: string | RegExp | undefined, text: string): boolean =>
  wanted === undefined || (typeof wanted === "string" ? wanted === text : wanted.test(text));

/** Why a row that is not right is different on purpose; `note` says what is there instead. */
export function whyDifferent(row: MapRow, note: string): Difference | undefined {
  return differences.find(
    ({ map, source, target, isKept }) =>
      fits(map, row.map) &&
      fits(source, row.source) &&
      fits(target, row.rawTarget) &&
      (!isKept || note.startsWith("at ")),
  );
}
