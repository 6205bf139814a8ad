import type { EventMeaning, Handlers, State } from "../state.ts";

/** What is particular about one message structure. Everything else is the same for all: see handlers.ts. */
export interface MessageMap {
  /** The structure's name in HL7 v2, after which the file is named. */
  readonly structure: string;
  /** Trigger events (`ADT^A01`) and what each of them means. */
  readonly events: Readonly<Record<string, EventMeaning>>;
  /** Segments that mean something else here. */
  readonly handlers?: Handlers;
  /** What can only be said when all segments have been read. */
  readonly finish?: (state: State) => void;
}
