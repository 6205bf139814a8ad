import data from "../../../schemas/hl7v2/structures.json" with { type: "json" };
import { parseDefinition } from "./definition.ts";
import type { GroupPart, Part } from "./definition.ts";

/** A message structure, such as ADT_A01: one for all versions from 2.1 to 2.9. */
export interface Structure {
  readonly name: string;
  readonly definition: GroupPart;
  /** Every segment that it names anywhere. */
  readonly segments: ReadonlySet<string>;
  /** It allows any segment at some place, as answers to queries do. */
  readonly isOpen: boolean;
}

type Row = readonly [events: string, definition: string];
const rows = data as unknown as Readonly<Record<string, Row>>;

/** `ADT^A04` to `ADT_A01`. Source: HL7 table 0354 "Message structure". */
const byEvent = new Map<string, string>();
for (const [name, [events]] of Object.entries(rows)) {
  const [messageCode, ...triggers] = events.split(" ");
  for (const trigger of triggers) byEvent.set(`${messageCode}^${trigger}`, name);
}

const structures = new Map<string, Structure>();

/** The structure of that name; undefined when there is none here. Read when it is first asked for. */
export function structureNamed(name: string): Structure | undefined {
  const known = structures.get(name);
  if (known) return known;
  if (!Object.hasOwn(rows, name)) return undefined;
  const definition = parseDefinition(name, rows[name]?.[1] ?? "");
  const segments = new Set<string>();
  collect(definition, segments);
  const isOpen = segments.delete("ANY");
  const structure = { name, definition, segments, isOpen };
  structures.set(name, structure);
  return structure;
}

function collect(part: Part, names: Set<string>): void {
  if (part.kind === "segment") names.add(part.name);
  else for (const child of part.parts) collect(child, names);
}

/**
 * The structure of a message. The trigger event decides; MSH-9.3 does where the event is unknown (a
 * local one, say), because senders write the event there (ADT_A08) more often than its structure (ADT_A01).
 */
export function structureOf(type: {
  readonly messageCode: string;
  readonly triggerEvent: string;
  readonly messageStructure: string;
}): Structure | undefined {
  if (type.messageCode === "ACK") return structureNamed("ACK");
  const name = byEvent.get(`${type.messageCode}^${type.triggerEvent}`) ?? type.messageStructure;
  return structureNamed(name);
}

/** Names of all structures, sorted. */
export function structureNames(): readonly string[] {
  return Object.keys(rows);
}

/** Every trigger event whose structure is known: `ADT^A04`. */
export function knownEvents(): readonly string[] {
  return [...byEvent.keys()];
}
