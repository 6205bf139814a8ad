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
    map: /^(?:XCN|XON|CX)\[/,
    target: /assigner\(Organization\)/,
    isKept: true,
    why: "an authority with an OID, UUID or URI is the identifier's system; only a name alone is an assigner",
  },
  {
    map: /^(?:PL|NDL)\[/,
    isKept: true,
    why: "one Location for each level that is there, from the bed up, joined by partOf; the guide numbers them otherwise",
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
    source: /^MSH-2[45]$/,
    target: /^(?:source|destination\[1\])\.endpoint\.extension/,
    why: "a name alone gives no endpoint, so its absence is said there too",
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
  {
    map: "RXO[MedicationRequest]",
    source: /^RXO-(?:4|12|19|26)$/,
    target: /\.(?:code|unit)$/,
    why: "the text of a unit stands beside its code, and an alternate code counts where there is no first one",
  },
  // Visits, specimens, procedures.
  {
    map: "PV1[Encounter]",
    source: "PV1-11",
    target: /coding\.system$/,
    why: "what the guide names as the code system is a value set",
  },
  {
    map: "PV1[Encounter]",
    source: "PV1-53",
    why: "the extension is R5's; kept in an extension named after the field",
  },
  {
    map: "PV1[Basic-EncounterHistory]",
    source: "PV1-11",
    why: "the location belongs to the Encounter, where it is: Basic has no such element",
  },
  {
    map: "PV1[Basic-EncounterHistory]",
    source: "PV1-43",
    target: /valueExtension/,
    why: "the extensions are R5's; the Basic refers to the location in an extension named after the field",
  },
  {
    map: "OBR[Specimen]",
    source: "OBR-2",
    isKept: true,
    why: "the message does not say that the placer's number is the accession number as well",
  },
  {
    map: "OBR[Specimen]",
    source: "OBR-13",
    target: /Duration$/,
    why: "the codes of OBR-13 (table 0916) say whether the patient was fasting, and not how long",
  },
  {
    map: "PR1[Procedure]",
    source: "PR1-16",
    why: "CodeableConcept has no value; a modifier is a coding beside the code, which stays as it was sent",
  },
  {
    map: "MRG[Account]",
    source: "MRG",
    target: "status",
    why: "the guide leaves it to the implementer: an account that was merged into another is inactive",
  },
  {
    map: "PV2[Encounter]",
    source: "PV2-22",
    why: "the concept map gives true and false, which are no security labels: Y is R (restricted)",
  },
  {
    map: "ID[Coding]",
    why: "its only field (PV2-22) says yes or no, which is no security label: Y is R (restricted)",
  },
  {
    map: "SPM[Specimen]",
    source: "SPM-3",
    isKept: true,
    why: "the parent is referred to by its identifier: it may have been told of in another message",
  },
  {
    map: "IAM[AllergyIntolerance]",
    source: "IAM-14",
    target: "recorder.reference(Patient[1].name)",
    why: "the recorder is the Patient, whose name is that of PID-5",
  },
  {
    map: "RXA[Immunization]",
    source: "RXA-22",
    why: "when the record was entered is said whatever the action was",
  },
  // Orders and results.
  {
    map: "OBR[ServiceRequest]",
    source: "OBR-11",
    why: "add-on is no code of request-intent: it is an order",
  },
  {
    map: "OBR[ServiceRequest]",
    source: "OBR-13",
    why: "the extension is R5's; supportingInfo refers to an Observation that holds it",
  },
  {
    map: "OBR[ServiceRequest]",
    source: "OBR-17",
    why: "the number is that of the order, as in ORC-14: the extension stands at the ServiceRequest",
  },
  {
    map: "OBR[ServiceRequest]",
    source: "OBR-27",
    why: "ORC-6 says how to respond, and nothing of the timing",
  },
  {
    map: "OBX[Observation-Component]",
    source: "OBX-5",
    target: "component[each].valueString",
    why: "the repetitions of a text are its lines: they are one valueString",
  },
  {
    map: "OBX[Observation]",
    source: "OBX-15",
    target: "performer[2](PractitionerRole)",
    isKept: true,
    why: "OBX-15 names a producer, which is an Organization, and no person in a role",
  },
  {
    map: /^OBX\[Observation/,
    source: "OBX-16",
    target: /code\.coding\.system/,
    why: "the code system has no code responsibleObserver",
  },
  {
    map: /^OBX\[Observation/,
    source: "OBX-19",
    why: "the extension is R5's; kept in an extension named after the field",
  },
  {
    map: /^OBX\[Observation/,
    source: "OBX-30",
    target: /coding\.system$/,
    why: "the guide gives the extension's URL as the code system; the codes are those of table 0937",
  },
  {
    map: "OBX[DocumentReference]",
    target: /data$|attachment$/,
    why: "the data are in a Binary to which the attachment's url leads, so that several resources show one document",
  },
  {
    map: "OBX[DocumentReference]",
    target: /contentType$/,
    why: "neither application/text nor text/hl7v2 is a registered media type; the decoded text is text/plain",
  },
  {
    map: "NTE[DocumentReference]",
    target: "content[2].contentType",
    why: "a comment on a document is no content of it: DocumentReference.description has the text, an extension what was coded",
  },
  {
    map: /^ED\[/,
    source: "ED.5",
    why: "the data are in a Binary to which the attachment's url leads, so that several resources show one document",
  },
  {
    map: /^ED\[/,
    source: "ED.2",
    target: /extension/,
    why: "alternate-codes is none of R4's extensions; the media type is made of ED.2 and ED.3",
  },
  {
    map: /^(?:RP\[Attachment|DTM\[Annotation-Time|XCN\[Annotation-Author)\]$/,
    why: "used in an extension of R5 only; what it holds is in a resource or an extension of R4",
  },
  {
    map: /^OBX\[Observation/,
    source: "OBX-11",
    target: "dataAbsentReason.coding[2].system",
    why: "an observation without a value has a reason whatever its status",
  },
  // Data types.
  {
    map: /^HD\[MessageHeader/,
    target: /^endpoint\.extension/,
    why: "without a universal id there is no endpoint, whatever type it is said to be of",
  },
  {
    map: /^HD\[(?:Device|Organization)\]$/,
    source: "HD.3",
    why: "an OID or a UUID is one, whatever HD.3 calls it",
  },
  {
    map: "HD[uri]",
    source: "HD.1",
    isKept: true,
    why: "a name space is no URI, which the system of an identifier must be; it is the assigner",
  },
  {
    map: /^(?:DLN\[Identifier|CWE\[uri)\]$/,
    why: "the state that issued a licence is no URI, which the system of an identifier must be; it is the assigner",
  },
  {
    map: /^EI\[(?:Condition|Identifier-Organization)\]$/,
    target: /^assigner/,
    why: "an authority with an OID, UUID or URI is the identifier's system; only a name alone is an assigner",
  },
  {
    map: "MSG[Coding]",
    target: "display",
    why: "a display must be the one that the code system gives; Provenance.activity has the whole of MSH-9",
  },
  {
    map: "MSG[code]",
    isKept: true,
    why: "the field that uses it translates the event by a concept map",
  },
  {
    map: "NM[positiveInt]",
    isKept: true,
    why: "R4 allows countMax only beside a count; the total number is the count",
  },
  {
    map: "NDL[PractitionerRole]",
    source: "NDL.8",
    why: "the conditions speak of components of another data type; Location.status is bound to codes of its own",
  },
  {
    map: "IS[code]",
    why: "used for NDL.8 only, whose conditions speak of components of another data type",
  },
  {
    map: /^(?:NDL|PL)\[/,
    target: /physicalType\.coding\.code/,
    why: "the guide has no code for a point of care; here it is a ward",
  },
  {
    map: "XTN[ContactPoint]",
    target: "system.extension-data-absent-reason",
    why: "FHIR demands a system beside a value: one with an @ is an e-mail address and any other a phone number, as the field says",
  },
  {
    map: /^XCN\[(?:Patient|PractitionerRole|Practitioner|RelatedPerson)\]$/,
    source: "XCN.18",
    why: "R4 defines the extension for HumanName, not for the family name",
  },
  {
    map: "XCN[Patient]",
    source: /^XCN\.1[12]$/,
    why: "the field that uses it (ROL-4) names professionals",
  },
  // Timing.
  {
    map: "TQ1[MedicationRequest]",
    source: "TQ1-4",
    isKept: true,
    why: "TQ1-4 is a time of the day; timing.event takes a date as well, which nobody says",
  },
  {
    map: /^TQ1\[/,
    source: "TQ1-14",
    isKept: true,
    why: "R4 allows countMax only beside a count; the total number is the count",
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

/** Codes of the guide's vocabulary that do not arrive as the table says, on purpose; all of the table's without `codes`. */
export const codeDifferences: readonly {
  readonly map: string;
  readonly codes?: readonly string[];
  readonly why: string;
}[] = [
  {
    map: "EventReason",
    codes: ["U"],
    why: "EVN[Provenance] makes a data-absent-reason of it",
  },
  {
    map: "EventRelatedPeriod",
    codes: ["IC", "ICM", "ICD", "ICV"],
    why: "Timing.repeat.when is bound to codes that do not say between meals; kept in an extension named after the component",
  },
  {
    map: "Event[EncounterStatus]",
    codes: ["A04", "A08"],
    why: "what the class of the patient says of the visit (PatientClass[EncounterStatus]) is more than planned for somebody who was registered, and more than unknown",
  },
  {
    map: "SegmentActionCode",
    why: "an operation of a REST interface, not an element; what deletes is told by the resource's status and by Provenance",
  },
  {
    map: "TelecommunicationEquipmentType",
    codes: ["CP"],
    why: "mobile is a use (ContactPoint.use); the system is phone",
  },
];
