import type { InitialState } from "./herder.ts";

export const INITIAL_STATES: readonly InitialState[] = ["RUNNING", "PAUSED", "STOPPED"];

/** The state of a text in any case; undefined for one that is none. Source: CreateConnectorRequest.InitialState. */
export function initialStateOf(text: string): InitialState | undefined {
  const wanted = text.toUpperCase();
  return INITIAL_STATES.find((each) => each === wanted);
}
