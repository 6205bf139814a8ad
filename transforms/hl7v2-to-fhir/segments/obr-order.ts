import type { Segment } from "#lib/hl7v2";
import { Order } from "../order.ts";
import type { State } from "../state.ts";
import { reportOf } from "./obr-diagnosticreport.ts";
import { requestOf } from "./obr-servicerequest.ts";
import { obrToSpecimen } from "./obr-specimen.ts";
import { finishOrder } from "./orc-order.ts";

/** OBR says what was ordered: a request, and in messages of results a report. An OBR without an ORC opens an order. */
export function obr(segment: Segment, state: State): void {
  let { order } = state.slots;
  if (!order || order.obr || order.isFinished || (order.main && order.main !== order.request)) {
    finishOrder(state.slots, state);
    order = new Order(undefined);
    order.specimens.push(...state.specimensOutside);
  }
  order.obr = segment;
  state.isUnderSpecimen = false;
  const request = requestOf(order, state);
  const report = state.event.hasResults ? reportOf(order, segment, state) : undefined;
  obrToSpecimen(segment, order, state);
  state.slots = { ...state.slots, order, observation: undefined, owner: report ?? request };
}
