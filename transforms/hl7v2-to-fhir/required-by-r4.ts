/** What stands for an element that R4 demands and the message does not say. */
export type Unknown =
  /** CodeableConcept with the text "unknown"; `concepts` for a list of one. */
  | "concept"
  | "concepts"
  /** A data-absent-reason beside a primitive. */
  | "absent";

/** One element that R4 demands: its name in JSON, or the names of which one is enough. */
export interface Demand {
  readonly names: readonly string[];
  /** Left out where nothing true can be said: then the element that holds it goes. */
  readonly unknown?: Unknown;
}

/**
 * What R4 demands of the resources that are made here, by the element that holds it ("" is the resource itself):
 * the name, `a|b` for one of several, `[x]` for any type of a choice, `=` and what stands for it when it is not known.
 *
 * Left out are codes of status and the like, which the maps always set. Source: FHIR R4 4.0.1, minimum cardinalities; and
 * the invariants org-1, pat-1 and app-1. A test compares them with HL7's definitions.
 */
const TABLE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Account: { coverage: "coverage", guarantor: "party" },
  AllergyIntolerance: { "": "patient", reaction: "manifestation=concepts", note: "text" },
  Appointment: { "": "participant", participant: "type|actor" },
  Basic: { "": "code=concept" },
  Binary: { "": "contentType" },
  CarePlan: { "": "subject", note: "text" },
  CareTeam: { note: "text" },
  ChargeItem: { "": "code=concept subject", performer: "actor", note: "text" },
  Condition: { "": "subject", note: "text" },
  Consent: {
    "": "scope=concept category=concepts",
    verification: "verified",
    "provision.actor": "role=concept reference",
    "provision.data": "reference",
  },
  Coverage: {
    "": "beneficiary payor",
    class: "type=concept value",
    costToBeneficiary: "value[x]",
    "costToBeneficiary.exception": "type=concept",
  },
  Device: {
    deviceName: "name",
    specialization: "systemType=concept",
    version: "value",
    property: "type=concept",
    note: "text",
  },
  DiagnosticReport: { "": "code=concept", media: "link" },
  DocumentReference: { "": "content", relatesTo: "target", content: "attachment" },
  Encounter: {
    "": "class",
    statusHistory: "period",
    classHistory: "class period",
    diagnosis: "condition",
    location: "location",
  },
  EpisodeOfCare: { "": "patient", statusHistory: "period", diagnosis: "condition" },
  Flag: { "": "code=concept subject" },
  Goal: { "": "description=concept subject", note: "text" },
  HealthcareService: { notAvailable: "description" },
  Immunization: {
    "": "vaccineCode=concept patient occurrenceDateTime|occurrenceString=absent",
    performer: "actor",
    protocolApplied: "doseNumber[x]",
    note: "text",
  },
  Location: { position: "longitude latitude" },
  Medication: { ingredient: "item[x]" },
  MedicationAdministration: {
    "": "medicationCodeableConcept|medicationReference=concept subject effectiveDateTime|effectivePeriod=absent",
    performer: "actor",
    note: "text",
  },
  MedicationDispense: {
    "": "medicationCodeableConcept|medicationReference=concept",
    performer: "actor",
    substitution: "wasSubstituted",
    note: "text",
  },
  MedicationRequest: {
    "": "medicationCodeableConcept|medicationReference=concept subject",
    substitution: "allowed[x]",
    note: "text",
  },
  MessageHeader: {
    "": "event[x] source",
    destination: "endpoint=absent",
    source: "endpoint=absent",
    response: "identifier",
  },
  NutritionOrder: { "": "patient dateTime=absent", note: "text" },
  Observation: { "": "code=concept", component: "code=concept", note: "text" },
  OperationOutcome: { "": "issue" },
  Organization: { "": "identifier|name" },
  Patient: {
    communication: "language=concept",
    contact: "name|telecom|address|organization",
    link: "other",
  },
  Practitioner: { qualification: "code=concept" },
  PractitionerRole: { notAvailable: "description" },
  Procedure: { "": "subject", performer: "actor", focalDevice: "manipulated", note: "text" },
  Provenance: { "": "target recorded agent", agent: "who", entity: "what" },
  RelatedPerson: { "": "patient", communication: "language=concept" },
  ResearchStudy: { arm: "name", note: "text" },
  ResearchSubject: { "": "study individual" },
  Schedule: { "": "actor" },
  ServiceRequest: { "": "subject", note: "text" },
  Slot: { "": "schedule start end" },
  Specimen: { note: "text" },
  Substance: { "": "code=concept", ingredient: "substance[x]" },
  SupplyRequest: { "": "itemCodeableConcept|itemReference=concept quantity" },
};

/**
 * Elements with a choice of types (`effective[x]`) that several segments may fill: R4 has one of each. Source: FHIR R4 4.0.1.
 */
const CHOICES: Readonly<Record<string, string>> = {
  AllergyIntolerance: "onset",
  ChargeItem: "occurrence",
  Condition: "onset abatement",
  DiagnosticReport: "effective",
  Goal: "start",
  Immunization: "occurrence",
  MedicationAdministration: "medication effective",
  MedicationDispense: "medication",
  MedicationRequest: "medication",
  Observation: "effective value",
  Patient: "deceased multipleBirth",
  Procedure: "performed",
  ServiceRequest: "occurrence asNeeded quantity",
  SupplyRequest: "item occurrence",
};

/** The stems of a resource's elements that have a choice of types. */
export function choicesOf(type: string): readonly string[] {
  return choices.get(type) ?? [];
}

const choices = new Map(
  Object.entries(CHOICES).map(([type, stems]) => [type, stems.split(" ")] as const),
);

/** A place in a resource, and what R4 demands there. */
export interface DemandsAt {
  /** Names from the resource to the element that holds what is demanded; none for the resource itself. */
  readonly path: readonly string[];
  readonly demands: readonly Demand[];
}

const read = new Map<string, readonly DemandsAt[]>(
  Object.entries(TABLE).map(([type, places]) => [
    type,
    // What lies deeper goes first: an element that loses all it held is incomplete, too.
    Object.entries(places)
      .map(([path, text]) => ({
        path: path === "" ? [] : path.split("."),
        demands: text.split(" ").map(demandOf),
      }))
      .toSorted((a, b) => b.path.length - a.path.length),
  ]),
);

function demandOf(text: string): Demand {
  const [names = "", unknown] = text.split("=");
  return { names: names.split("|"), ...(unknown ? { unknown: unknown as Unknown } : {}) };
}

/** What R4 demands of a type of resource, the deepest places first. */
export function demandsOf(type: string): readonly DemandsAt[] {
  return read.get(type) ?? [];
}
