import type {
  CodeableConcept,
  DiagnosticReport,
  FhirResource,
  Immunization,
  MedicationAdministration,
  MedicationDispense,
  MedicationRequest,
  NutritionOrder,
  Reference,
  ServiceRequest,
  SupplyRequest,
} from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import type { Draft } from "./conversion.ts";

/** Somebody who takes part in an order (PRT). */
export interface OrderParticipant {
  /** PRT-4.1, table 0912. */
  readonly code: string;
  readonly role: CodeableConcept | undefined;
  readonly reference: Reference;
}

/** What is ordered, given or observed under one ORC or OBR, and what is made of it. */
export class Order {
  orc: Segment | undefined;
  obr: Segment | undefined;
  request: Draft<ServiceRequest> | undefined;
  report: Draft<DiagnosticReport> | undefined;
  medicationRequest: Draft<MedicationRequest> | undefined;
  dispense: Draft<MedicationDispense> | undefined;
  administration: Draft<MedicationAdministration> | undefined;
  immunization: Draft<Immunization> | undefined;
  nutrition: Draft<NutritionOrder> | undefined;
  supply: Draft<SupplyRequest> | undefined;
  /** Conditions of DG1 segments under the order. */
  readonly reasons: Reference[] = [];
  readonly procedures: Reference[] = [];
  /** TQ1 segments. */
  readonly timings: Segment[] = [];
  readonly specimens: Reference[] = [];
  /** What they do is said at the end: a PRT may stand before the segment whose resource names them. */
  readonly participants: OrderParticipant[] = [];
  /** Ids that its number made, by type: a number is counted once for an order. */
  readonly ids = new Map<string, string>();
  isFinished = false;
  /** The medication of the order is no shared one: RXC segments say what it is made of. */
  hasOwnMedication = false;

  constructor(orc: Segment | undefined) {
    this.orc = orc;
  }

  /** What the order is about in the end; undefined as long as only its ORC is known. */
  get main(): FhirResource | undefined {
    return (
      this.immunization ??
      this.administration ??
      this.dispense ??
      this.medicationRequest ??
      this.nutrition ??
      this.supply ??
      this.request
    );
  }
}
