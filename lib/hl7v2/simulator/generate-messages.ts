import { buildMessage } from "../build.ts";
import { DIAGNOSES, DOCTORS, PANELS, SERVICES, WARDS } from "./catalog.ts";
import { inventPerson } from "./people.ts";
import type { Person } from "./people.ts";
import { Random } from "./random.ts";
import * as segments from "./segments.ts";
import type { Bed, Hospital, LabOrder, Visit } from "./segments.ts";

export interface SimulationOptions {
  /** The same seed gives the same messages on any machine. */
  readonly seed: number;
  /** Without it the hospital never closes. */
  readonly count?: number;
  /** MSH-3 and MSH-4. */
  readonly application?: string;
  readonly facility?: string;
  /** When the first message is sent, in milliseconds since 1970. Default 2026-01-01T00:00:00Z. */
  readonly startAt?: number;
}

/** A patient in the house or known to it. */
interface Patient {
  person: Person;
  visit: Visit | undefined;
  openOrders: LabOrder[];
  /** Whether the admission may still be cancelled. */
  last: "admitted" | undefined;
}

const DAY_START = Date.UTC(2026, 0, 1);

/**
 * A hospital of invented patients: admissions, transfers, discharges, cancellations, updates, merges,
 * registrations, orders and results, as HL7 v2.5.1 messages (UTF-8 bytes), one after the other.
 *
 * Each patient's story makes sense: nobody is transferred before being admitted, a result follows its
 * order, a cancellation follows what it cancels. MSH-10 is unique in one simulation.
 */
export function* generateMessages(options: SimulationOptions): Generator<Uint8Array> {
  const simulation = new Simulation(options);
  const encoder = new TextEncoder();
  for (let sent = 0; sent < (options.count ?? Infinity); sent += 1) {
    yield encoder.encode(simulation.next());
  }
}

class Simulation {
  readonly #random: Random;
  readonly #hospital: Hospital;
  readonly #seed: number;
  readonly #patients: Patient[] = [];
  #people = 0;
  #messages = 0;
  #visits = 0;
  #orders = 0;
  #now: number;
  /** A discharge that the next message cancels. */
  #mistake: { readonly patient: Patient; readonly visit: Visit } | undefined;

  constructor(options: SimulationOptions) {
    this.#random = new Random(options.seed);
    this.#seed = options.seed;
    this.#hospital = {
      application: options.application ?? "ADT1",
      facility: options.facility ?? "NORTHMERE",
    };
    this.#now = options.startAt ?? DAY_START;
  }

  /** The next message of the day. */
  next(): string {
    this.#now += this.#random.integer(1, 90) * 1000;
    this.#messages += 1;
    if (this.#mistake) return this.#cancelDischarge(this.#mistake);
    const dice = this.#random.next();
    const patient = this.#someone();
    if (!patient || dice < 0.12) return this.#register();
    if (patient.openOrders.length > 0 && dice < 0.6) return this.#result(patient);
    if (!patient.visit) return dice < 0.9 ? this.#admit(patient) : this.#outside(patient);
    if (dice < 0.45) return this.#order(patient);
    return this.#move(patient, patient.visit);
  }

  #someone(): Patient | undefined {
    if (this.#patients.length === 0) return undefined;
    return this.#patients[this.#random.integer(0, this.#patients.length - 1)];
  }

  #invent(): Person {
    this.#people += 1;
    return inventPerson(this.#random, this.#seed * 100_000 + this.#people);
  }

  /** A new patient: mostly outpatients (A04), sometimes only a person record (A28). */
  #register(): string {
    const patient: Patient = {
      person: this.#invent(),
      visit: undefined,
      openOrders: [],
      last: undefined,
    };
    this.#patients.push(patient);
    // The hospital stays of one size: the oldest record goes to the archive.
    if (this.#patients.length > 400) this.#patients.shift();
    if (this.#random.chance(0.3)) return this.#person("A28", patient.person);
    if (this.#random.chance(0.4)) return this.#admit(patient);
    patient.visit = this.#newVisit("O");
    return this.#adt("A04", "ADT_A01", patient, patient.visit, this.#details(patient));
  }

  #admit(patient: Patient): string {
    patient.visit = this.#newVisit(this.#random.chance(0.2) ? "E" : "I");
    patient.last = "admitted";
    return this.#adt("A01", "ADT_A01", patient, patient.visit, this.#details(patient));
  }

  /** What happens to somebody who is not in the house. */
  #outside(patient: Patient): string {
    if (this.#random.chance(0.6)) return this.#person("A31", patient.person);
    const prior = this.#invent();
    const { person } = patient;
    return this.#message(
      ["ADT", "A40", "ADT_A39"],
      [
        segments.evn("A40", this.#time()),
        segments.pid(person, this.#hospital.facility),
        segments.mrg(prior, this.#hospital.facility),
      ],
    );
  }

  /** What happens to somebody in the house. */
  #move(patient: Patient, visit: Visit): string {
    const dice = this.#random.next();
    if (dice < 0.3) {
      const from = visit.bed;
      patient.visit = { ...visit, bed: this.#bed() };
      patient.last = undefined;
      return this.#adt("A02", "ADT_A02", patient, patient.visit, [], from);
    }
    if (dice < 0.62) {
      patient.visit = undefined;
      patient.last = undefined;
      const discharge = this.#adt("A03", "ADT_A03", patient, visit, [], undefined, this.#time());
      // Now and then the discharge was a mistake, and the next message takes it back.
      if (this.#random.chance(0.1)) this.#mistake = { patient, visit };
      return discharge;
    }
    if (dice < 0.68 && patient.last === "admitted") {
      patient.visit = undefined;
      patient.last = undefined;
      return this.#adt("A11", "ADT_A09", patient, visit, []);
    }
    return this.#adt("A08", "ADT_A01", patient, visit, this.#details(patient));
  }

  #cancelDischarge({
    patient,
    visit,
  }: {
    readonly patient: Patient;
    readonly visit: Visit;
  }): string {
    this.#mistake = undefined;
    patient.visit = visit;
    return this.#adt("A13", "ADT_A01", patient, visit, []);
  }

  #order(patient: Patient): string {
    this.#orders += 1;
    const order: LabOrder = {
      placer: `O${this.#seed}-${this.#orders}`,
      filler: `F${this.#seed}-${this.#orders}`,
      panel: this.#random.pick(PANELS),
      orderedAt: this.#time(),
      doctor: patient.visit?.doctor ?? DOCTORS[0],
    };
    patient.openOrders.push(order);
    return this.#message(
      ["ORM", "O01", "ORM_O01"],
      [
        ...this.#patientGroup(patient),
        segments.orc(order, "NW", this.#hospital.facility),
        segments.obr(order, this.#hospital.facility),
      ],
    );
  }

  #result(patient: Patient): string {
    const order = patient.openOrders.shift() as LabOrder;
    const time = this.#time();
    return this.#message(
      ["ORU", "R01", "ORU_R01"],
      [
        ...this.#patientGroup(patient),
        segments.orc(order, "RE", this.#hospital.facility),
        segments.obr(order, this.#hospital.facility, time),
        ...segments.obxs(order, time, this.#random),
      ],
    );
  }

  #patientGroup({ person, visit }: Patient): string[] {
    const { facility } = this.#hospital;
    const group = [segments.pid(person, facility, visit)];
    if (visit) group.push(segments.pv1(visit, facility));
    return group;
  }

  #details(patient: Patient): string[] {
    return [
      ...segments.al1(patient.person),
      ...(patient.visit ? [segments.dg1(patient.visit)] : []),
      ...segments.in1(patient.person),
    ];
  }

  #adt(
    trigger: string,
    structure: string,
    patient: Patient,
    visit: Visit,
    details: readonly string[],
    from?: Bed,
    dischargedAt?: string,
  ): string {
    const { facility } = this.#hospital;
    // The structures of transfers and cancellations have no NK1.
    const hasContact = !["A02", "A11", "A13"].includes(trigger);
    return this.#message(
      ["ADT", trigger, structure],
      [
        segments.evn(trigger, this.#time()),
        segments.pid(patient.person, facility, visit),
        ...(hasContact ? [segments.nk1(patient.person)] : []),
        segments.pv1(visit, facility, from, dischargedAt),
        ...details,
      ],
    );
  }

  #person(trigger: "A28" | "A31", person: Person): string {
    return this.#message(
      ["ADT", trigger, "ADT_A05"],
      [
        segments.evn(trigger, this.#time()),
        segments.pid(person, this.#hospital.facility),
        segments.nk1(person),
        // Its structure requires PV1; class N says that there is no visit.
        segments.noVisit(),
        ...segments.al1(person),
        ...segments.in1(person),
      ],
    );
  }

  #message(
    type: readonly [code: string, trigger: string, structure: string],
    body: readonly string[],
  ): string {
    const controlId = `S${this.#seed}-${String(this.#messages).padStart(8, "0")}`;
    return buildMessage([segments.msh(this.#hospital, type, controlId, this.#time()), ...body]);
  }

  #newVisit(patientClass: Visit["patientClass"]): Visit {
    this.#visits += 1;
    return {
      number: `V${this.#seed}-${this.#visits}`,
      patientClass,
      bed: this.#bed(),
      service: this.#random.pick(SERVICES),
      doctor: this.#random.pick(DOCTORS),
      admittedAt: this.#time(),
      diagnosis: this.#random.pick(DIAGNOSES),
    };
  }

  #bed(): Bed {
    return {
      ward: this.#random.pick(WARDS),
      room: String(this.#random.integer(100, 140)),
      bed: this.#random.pick(["A", "B"]),
    };
  }

  #time(): string {
    const iso = new Date(this.#now).toISOString();
    return `${iso.slice(0, 19).replaceAll(/[-:T]/g, "")}+0000`;
  }
}
