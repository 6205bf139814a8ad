import type { Segment } from "#lib/hl7v2";
import { referenceTo } from "../conversion.ts";
import type { Draft } from "../conversion.ts";
import { Order } from "../order.ts";
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
  if (main && orc) orcToProvenance(orc, referenceTo(main as Draft), state);
}

function hasNumber(orc: Segment): boolean {
  return orc.field(2).value !== "" || orc.field(3).value !== "";
}
