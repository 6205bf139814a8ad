import { Group } from "#lib/hl7v2";
import { finishOrder } from "./segments/orc-order.ts";
import type { Handlers, State } from "./state.ts";

/** Groups that hold one order with everything under it. Inside of one, the others are parts of it. */
const ORDERS: ReadonlySet<string> = new Set([
  "ORDER_OBSERVATION",
  "ORDER",
  "COMMON_ORDER",
  "FINANCIAL_COMMON_ORDER",
  "ORDER_DIET",
  "ORDER_TRAY",
  "ORDER_PRIOR",
  "OBSERVATION_REQUEST",
]);

/** Reads the segments of a group, and of the groups in it, in the order of the message. */
export function walk(group: Group, state: State, handlers: Handlers): void {
  for (const child of group.children) {
    if (child instanceof Group) enter(child, state, handlers);
    // A line that is no segment may be called like a method of every object.
    else if (Object.hasOwn(handlers, child.name)) handlers[child.name]?.(child, state);
  }
}

function enter(group: Group, state: State, handlers: Handlers): void {
  const { name } = group;
  if (name === "PRIOR_RESULT") {
    prior(group, state, handlers);
  } else if (ORDERS.has(name) && !state.isInOrder) {
    const before = state.slots;
    state.slots = { ...before, order: undefined, observation: undefined };
    state.isInOrder = true;
    walk(group, state, handlers);
    finishOrder(state.slots, state);
    state.isInOrder = false;
    state.slots = { ...before, appointment: state.slots.appointment };
  } else if (name === "SPECIMEN" && !state.isInOrder) {
    // The orders of such a group are about its specimen.
    const before = state.slots;
    state.specimensOutside = [];
    walk(group, state, handlers);
    finishOrder(state.slots, state);
    state.slots = before;
    state.specimensOutside = [];
    state.isUnderSpecimen = false;
  } else {
    walk(group, state, handlers);
    if (name === "SPECIMEN") {
      state.isUnderSpecimen = false;
      state.slots = { ...state.slots, specimen: undefined };
    }
  }
}

/** Results of the past come with their own patient; what comes after is about the one before again. */
function prior(group: Group, state: State, handlers: Handlers): void {
  const { slots, patient, encounter, account, pid, pv1, isInOrder } = state;
  state.slots = {};
  state.isInOrder = false;
  walk(group, state, handlers);
  finishOrder(state.slots, state);
  Object.assign(state, { slots, patient, encounter, account, pid, pv1, isInOrder });
}
