import type { Difference } from "./difference.ts";

const SEGMENT_KEPT =
  "R4 has no such element, and the extension that the guide names is none of R4's: kept in an extension named after the field";

/** Rows of data type maps that are different on purpose. */
export const dataTypeDifferences: readonly Difference[] = [
  {
    map: /^HD\[MessageHeader/,
    isKept: true,
    why: "a name or an endpoint that is no URI is kept as name, as endpoint of the kind urn:, or as device",
  },
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
    why: "the only field that uses it (PRT-6) is a specialty, as PRT[PractitionerRole] says",
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
    map: "ID[Coding]",
    why: "its only field (PV2-22) says yes or no, which is no security label: Y is R (restricted)",
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
    why: "the media type is made of ED.2 and ED.3, so nothing is left to keep beside it",
  },
  {
    map: /^(?:RP\[Attachment|DTM\[Annotation-Time|XCN\[Annotation-Author)\]$/,
    why: "used in an extension of R5 only; what it holds is in a resource or an extension of R4",
  },
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
  { map: "FT[Annotation-Comment]", isKept: true, why: SEGMENT_KEPT },
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
    map: "HD[Location]",
    why: "PL.4 is part of the hierarchy of locations, which PL[Location] makes",
  },
  {
    map: "CWE[Device]",
    target: /DeviceDefinition/,
    why: "whether the code names a kind or an instance is not said; it identifies the Device of the message",
  },
  {
    map: "CWE[Identifier]",
    isKept: true,
    why: "an Identifier has no name, and CWE.13 is a version and no system; in IN1-2 the code is a class of the Coverage",
  },
];
