import type {
  Account,
  Appointment,
  CarePlan,
  Condition,
  Coverage,
  DocumentReference,
  Encounter,
  EpisodeOfCare,
  FhirResource,
  Goal,
  Observation,
  Patient,
  Practitioner,
  PractitionerRole,
  Reference,
  ServiceRequest,
  Specimen,
} from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { referenceTo } from "./conversion.ts";
import type { Conversion, Draft } from "./conversion.ts";
import type { Order } from "./order.ts";

/** What the trigger event says, where the segments do not. */
export interface EventMeaning {
  /** How the visit stands after the event. */
  readonly status?: Encounter["status"];
  /** The visit ended when the event happened, unless PV1-45 says when. */
  readonly ends?: boolean;
  /** What was done to the data, a code of v3-DataOperation; CREATE and UPDATE are not told apart by senders. */
  readonly operation?: "DELETE" | "CANCEL" | "NULLIFY";
  /** The person is deleted (A29). */
  readonly deletesPatient?: boolean;
  /** How the appointment stands (SIU). */
  readonly appointment?: Appointment["status"];
  /** How the document stands (MDM). */
  readonly document?: "current" | "superseded" | "entered-in-error";
  /** Orders of the message carry results. */
  readonly hasResults?: boolean;
  /** A time is blocked, or free again, and no appointment is told of (S23, S24). */
  readonly blocks?: "busy" | "free";
  /** What an MRG does; patients are merged by default. */
  readonly merges?: "account" | "both" | "visit" | "identifier" | "move";
  /** The event takes back what ended the visit: PV1-45 does not count. */
  readonly undo?: "end";
  /** How the account stands (BAR). */
  readonly account?: "inactive";
  /** How the problems stand (PPR). */
  readonly problems?: "entered-in-error";
  /** What an RXA tells of. */
  readonly administered?: "Immunization" | "MedicationAdministration";
}

/** What is open while a group is read. */
export interface Slots {
  order?: Order | undefined;
  observation?: Draft<Observation> | undefined;
  specimen?: Draft<Specimen> | undefined;
  coverage?: Draft<Coverage> | undefined;
  appointment?: Draft<Appointment> | undefined;
  /** What an NTE, ROL, PRT or CTD that comes next is about. */
  owner?: FhirResource | undefined;
}

/** A message that is being read, from segment to segment. */
export class State {
  readonly conversion: Conversion;
  readonly event: EventMeaning;
  slots: Slots = {};
  patient: Draft<Patient> | undefined;
  encounter: Draft<Encounter> | undefined;
  account: Draft<Account> | undefined;
  /** The document of a TXA, and the lines of its text. */
  document: Draft<DocumentReference> | undefined;
  documentLines: string[] = [];
  sch: Segment | undefined;
  /** The problem (PRB) that goals, observations and orders are about. */
  problem: Draft<Condition> | undefined;
  goal: Draft<Goal> | undefined;
  carePlan: Draft<CarePlan> | undefined;
  referral: Draft<ServiceRequest> | undefined;
  /** The role that a CTD after it is the contact of. */
  contactOf: Draft<PractitionerRole> | undefined;
  /** The person of a master file. */
  staff: Draft<Practitioner> | undefined;
  /** The patient that was merged away. */
  prior: Draft<Patient> | undefined;
  /** Specimens of the group in which orders stand, where a specimen has several. */
  specimensOutside: readonly Reference[] = [];
  /** The group at hand is about a specimen. */
  isUnderSpecimen = false;
  /** The episode of the visit. */
  episode: Draft<EpisodeOfCare> | undefined;
  /** The MRG whose visit comes next. */
  mrg: Segment | undefined;
  isInOrder = false;
  pid: Segment | undefined;
  pv1: Segment | undefined;

  constructor(conversion: Conversion, event: EventMeaning) {
    this.conversion = conversion;
    this.event = event;
  }

  /** The patient whom the message is about; undefined where it names none. */
  get patientReference(): Reference | undefined {
    return this.patient && referenceTo(this.patient);
  }
  get encounterReference(): Reference | undefined {
    return this.encounter && referenceTo(this.encounter);
  }

  /** When the event happened: EVN-6, else EVN-2, else MSH-7. */
  get happenedAt(): string | undefined {
    const { message } = this.conversion;
    const evn = message.segment("EVN");
    const text = evn?.field(6).value || evn?.field(2).value || message.header.dateTime;
    return this.conversion.dateTime(text);
  }
}

/** What a segment does. */
export type Handler = (segment: Segment, state: State) => void;
export type Handlers = Readonly<Record<string, Handler>>;
