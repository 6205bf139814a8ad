import type { Segment } from "#lib/hl7v2";
import { hl7Table } from "../codesystems/coding-system.ts";
import { referenceTo } from "../conversion.ts";
import type { Draft } from "../conversion.ts";
import { codeOf } from "../datatypes/cwe-codeableconcept.ts";
import { Order } from "../order.ts";
import type { OrderParticipant } from "../order.ts";
import type { Slots, State } from "../state.ts";
import { orcToProvenance } from "./orc-provenance.ts";
import { requestOf } from "./obr-servicerequest.ts";

/** ORC opens an order; what it makes depends on the segment that says what is ordered. */
export function orc(segment: Segment, state: State): void {
  finishOrder(state.slots, state);
  // OUL has the ORC after its OBR.
  const open = state.slots.order;
  if (open?.obr && !open.orc && open.obr.position === segment.position - 1) {
    open.orc = segment;
    return;
  }
  const order = new Order(segment);
  state.slots = { ...state.slots, order, observation: undefined, owner: undefined };
}

/** What can only be said at the end of an order; an ORC that nothing follows is a request of its own. */
export function finishOrder(slots: Slots, state: State): void {
  const { order } = slots;
  if (!order || order.isFinished) return;
  order.isFinished = true;
  if (!order.main && order.orc && hasNumber(order.orc)) {
    requestOf(order, state);
  }
  const { main, orc } = order;
  if (order.reasons.length > 0) {
    const target = order.request ?? order.medicationRequest ?? order.administration;
    if (target) target.reasonReference = [...(target.reasonReference ?? []), ...order.reasons];
  }
  if (order.specimens.length > 0) {
    if (order.request) order.request.specimen = [...order.specimens];
    if (order.report) order.report.specimen = [...order.specimens];
  }
  for (const each of order.participants) addParticipant(order, each, state);
  if (main && orc) orcToProvenance(orc, referenceTo(main as Draft), state);
}

/**
 * OP orders, SC collects the specimen, ARI, TN and TR perform, PRI interprets, and whoever takes part in an immunization
 * performs it in the function that PRT-4 names. Source: message maps ORU_R01, OML_O21, VXU_V04.
 */
function addParticipant(
  order: Order,
  { code, role, reference }: OrderParticipant,
  { conversion }: State,
): void {
  const { immunization, report } = order;
  const request = order.request ?? order.medicationRequest;
  if (immunization) {
    const capacity = ["OP", "AP"].includes(code) ? codeOf(hl7Table("0443"), code) : role;
    (immunization.performer ??= []).push({
      ...(capacity ? { function: capacity } : {}),
      actor: reference,
    });
  } else if (code === "OP") {
    if (request) request.requester ??= reference;
  } else if (code === "PRI" && report) {
    (report.resultsInterpreter ??= []).push(reference);
  } else if (["ARI", "TN", "TR"].includes(code) && report) {
    (report.performer ??= []).push(reference);
  } else if (code === "SC") {
    for (const each of order.specimens) {
      const specimen = conversion.find("Specimen", each);
      if (specimen) (specimen.collection ??= {}).collector ??= reference;
    }
  } else if (order.request) {
    (order.request.performer ??= []).push(reference);
  }
}

function hasNumber(orc: Segment): boolean {
  return orc.field(2).value !== "" || orc.field(3).value !== "";
}
