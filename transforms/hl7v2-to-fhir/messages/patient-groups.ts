import type { Message, Segment } from "#lib/hl7v2";

export interface ObservationGroup {
  readonly obx: Segment;
  readonly notes: Segment[];
}

/** An order and what stands under it. */
export interface OrderGroup {
  orc: Segment | undefined;
  obr: Segment | undefined;
  readonly notes: Segment[];
  readonly observations: ObservationGroup[];
}

/** A patient and everything that stands under it. */
export interface PatientGroup {
  readonly pid: Segment;
  pv1: Segment | undefined;
  readonly nextOfKin: Segment[];
  readonly allergies: Segment[];
  readonly insurances: Segment[];
  readonly diagnoses: Segment[];
  readonly orders: OrderGroup[];
}

/**
 * The groups PATIENT_RESULT and ORDER_OBSERVATION of ORU_R01, and PATIENT and ORDER of ORM_O01.
 *
 * PID opens a patient; ORC opens an order, and so does an OBR that no ORC opened; OBX and NTE belong to the
 * order or observation that is open. Source: HL7 v2.5.1 chapters 4.4.1 and 7.3.1.
 */
export function patientGroups(message: Message): readonly PatientGroup[] {
  const groups: PatientGroup[] = [];
  for (const segment of message.segments) {
    if (segment.name === "PID") groups.push(newPatient(segment));
    const group = groups.at(-1);
    if (group) place(segment, group);
  }
  return groups;
}

function newPatient(pid: Segment): PatientGroup {
  return {
    pid,
    pv1: undefined,
    nextOfKin: [],
    allergies: [],
    insurances: [],
    diagnoses: [],
    orders: [],
  };
}

function place(segment: Segment, group: PatientGroup): void {
  const order = group.orders.at(-1);
  switch (segment.name) {
    case "PV1":
      group.pv1 ??= segment;
      break;
    case "NK1":
      group.nextOfKin.push(segment);
      break;
    case "AL1":
      group.allergies.push(segment);
      break;
    case "IN1":
      group.insurances.push(segment);
      break;
    case "DG1":
      group.diagnoses.push(segment);
      break;
    case "ORC":
      group.orders.push(newOrder(segment, undefined));
      break;
    case "OBR":
      // An ORC with its OBR already there belongs to an earlier order.
      if (order && !order.obr) order.obr = segment;
      else group.orders.push(newOrder(undefined, segment));
      break;
    case "OBX":
      order?.observations.push({ obx: segment, notes: [] });
      break;
    case "NTE":
      (order?.observations.at(-1)?.notes ?? order?.notes)?.push(segment);
      break;
    default:
  }
}

function newOrder(orc: Segment | undefined, obr: Segment | undefined): OrderGroup {
  return { orc, obr, notes: [], observations: [] };
}
