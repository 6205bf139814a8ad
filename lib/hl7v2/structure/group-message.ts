import type { Message } from "../message.ts";
import type { Segment } from "../segment.ts";
import { wayInto } from "./definition.ts";
import type { GroupPart, Part, Way } from "./definition.ts";
import { Group } from "./group.ts";
import { NO_PRIOR, avoidedBy, endsPriorOrders } from "./guards.ts";
import { structureOf } from "./structures.ts";
import type { Structure } from "./structures.ts";

/** Something about the order of a message's segments that its structure does not foresee. */
export interface Misplacement {
  readonly kind: "out-of-order" | "repeated" | "unknown";
  readonly segment: Segment;
  /** The group that it was put into. */
  readonly group: Group;
}

export interface GroupedMessage {
  /** The outermost group: the message. */
  readonly root: Group;
  /** undefined when it is not known here: all segments then stand in `root`. */
  readonly structure: Structure | undefined;
  readonly misplacements: readonly Misplacement[];
}

/** A group that is still open, and which of its parts was met last. */
interface Open {
  readonly group: Group;
  readonly definition: GroupPart;
  index: number;
}

/**
 * Sorts the segments of a message into the groups of its structure: which OBX belongs to which OBR, which
 * NTE to what. No segment is lost, whatever the order.
 *
 * A segment goes to the first place that takes it, from the innermost open group outwards:
 * 1. ahead, with nothing left out that has to be there;
 * 2. ahead, with something left out (the sender forgot it);
 * 3. back, in an open group that has room for it (out of order);
 * 4. where its kind stands already, although the structure allows one (repeated).
 *
 * A segment that the structure does not know (a Z segment) stays where it stands: in the innermost open group.
 */
export function groupMessage(message: Message): GroupedMessage {
  const structure = structureOf(message.header);
  if (!structure) {
    const root = new Group(message.header.messageStructure || "MESSAGE");
    for (const segment of message.segments) root.add(segment);
    return { root, structure, misplacements: [] };
  }
  const walk = new Walk(structure, message.segments);
  for (const segment of message.segments) walk.place(segment);
  return { root: walk.root, structure, misplacements: walk.misplacements };
}

class Walk {
  readonly root: Group;
  readonly misplacements: Misplacement[] = [];
  readonly #structure: Structure;
  readonly #segments: readonly Segment[];
  /** Outermost first. */
  readonly #open: Open[];
  /** Groups that the segment at hand does not open. */
  #avoid: ReadonlySet<string> = NO_PRIOR;

  constructor(structure: Structure, segments: readonly Segment[]) {
    const { definition } = structure;
    this.#structure = structure;
    this.#segments = segments;
    this.root = new Group(structure.name, definition);
    this.#open = [{ group: this.root, definition, index: -1 }];
  }

  place(segment: Segment): void {
    this.#avoid = avoidedBy(segment, this.#segments);
    if (!this.#structure.segments.has(segment.name)) this.#keep(segment);
    else if (!this.#ahead(segment) && !this.#further(segment) && !this.#nearby(segment)) {
      this.#again(segment);
    }
  }

  #keep(segment: Segment): void {
    const { group } = this.#innermost();
    group.add(segment);
    if (!this.#structure.isOpen) this.misplacements.push({ kind: "unknown", segment, group });
  }

  #innermost(): Open {
    return this.#open[this.#open.length - 1] as Open;
  }

  /** Ahead, with nothing left out. */
  #ahead(segment: Segment): boolean {
    for (let level = this.#open.length - 1; level >= 0; level -= 1) {
      const { definition, index, group } = this.#open[level] as Open;
      const { parts } = definition;
      for (let at = Math.max(index, 0); at < parts.length; at += 1) {
        const part = parts[at] as Part;
        // The part that was met last takes another one only when it repeats.
        if (at === index && !part.repeats) continue;
        const way = wayInto(part, segment.name, "strict", this.#avoid);
        if (way && !endsPriorOrders(part, segment, group)) {
          this.#enter(level, segment, at, way);
          return true;
        }
        if (part.isRequired && at !== index) break;
      }
    }
    return false;
  }

  /** Ahead, with something left out; only what begins a group or has to be in it, so that nothing else drifts away. */
  #further(segment: Segment): boolean {
    for (let level = this.#open.length - 1; level >= 0; level -= 1) {
      const { definition, index } = this.#open[level] as Open;
      for (let at = index + 1; at < definition.parts.length; at += 1) {
        const way = this.#looseWay(segment, level, at);
        if (!way || !isMainstay(definition.parts[at] as Part, way)) continue;
        this.#enter(level, segment, at, way);
        return true;
      }
    }
    return false;
  }

  /** The nearest open group that can take it: as one more inner group, ahead, or back where there is room. */
  #nearby(segment: Segment): boolean {
    for (let level = this.#open.length - 1; level >= 0; level -= 1) {
      const { definition, index } = this.#open[level] as Open;
      for (let at = Math.max(index, 0); at < definition.parts.length; at += 1) {
        const way = this.#looseWay(segment, level, at);
        if (!way || (at === index && !mayRepeat(definition.parts[at] as Part, way))) continue;
        this.#enter(level, segment, at, way);
        return true;
      }
      if (this.#backward(segment, level, true)) return true;
    }
    return false;
  }

  #looseWay(segment: Segment, level: number, at: number): Way | undefined {
    const { definition, group } = this.#open[level] as Open;
    const part = definition.parts[at] as Part;
    if (endsPriorOrders(part, segment, group)) return undefined;
    return wayInto(part, segment.name, "loose", this.#avoid);
  }

  /** Where its kind stands already: the structure allows one, and there is one more. */
  #again(segment: Segment): void {
    for (let level = this.#open.length - 1; level >= 0; level -= 1) {
      if (this.#backward(segment, level, false)) return;
    }
  }

  #backward(segment: Segment, level: number, hasRoom: boolean): boolean {
    const { definition, group } = this.#open[level] as Open;
    for (const [at, part] of definition.parts.entries()) {
      const way = this.#looseWay(segment, level, at);
      if (!way) continue;
      if (hasRoom && !isFree(part, way, group) && !mayRepeat(part, way)) continue;
      this.#enter(level, segment, at, way, true);
      const into = this.#innermost().group;
      const kind = hasRoom ? "out-of-order" : "repeated";
      this.misplacements.push({ kind, segment, group: into });
      return true;
    }
    return false;
  }

  /**
   * Puts a segment at a part of an open group, opening the groups on its way and closing those that
   * were open inside. `reuse`: a group that is there already is opened again.
   */
  #enter(level: number, segment: Segment, at: number, way: Way, reuse = false): void {
    this.#open.length = level + 1;
    let { group, definition } = this.#innermost();
    let index = at;
    let rest = way;
    for (;;) {
      this.#innermost().index = index;
      let part = definition.parts[index] as Part;
      [part, rest] = chosen(part, rest);
      if (part.kind === "segment") {
        group.add(segment);
        return;
      }
      group = groupIn(group, part as GroupPart, rest, reuse);
      definition = part as GroupPart;
      this.#open.push({ group, definition, index: -1 });
      [index, rest] = [rest[0] as number, rest.slice(1)];
    }
  }
}

/** The alternative of a choice that a way takes; other parts as they are. */
function chosen(part: Part, way: Way): [part: Part, rest: Way] {
  let [found, rest] = [part, way];
  while (found.kind === "choice") {
    [found, rest] = [found.parts[rest[0] as number] as Part, rest.slice(1)];
  }
  return [found, rest];
}

/** A new inner group; for a segment that is late (`reuse`) the last one, unless that is full and may repeat. */
function groupIn(parent: Group, part: GroupPart, way: Way, reuse: boolean): Group {
  const last = reuse ? parent.lastGroup(part.name) : undefined;
  if (last) {
    const isFull = !isFree(part.parts[way[0] as number] as Part, way.slice(1), last);
    if (!isFull || !mayRepeat(part, way)) return last;
  }
  const group = new Group(part.name, part);
  parent.add(group);
  return group;
}

/** Whether a segment that goes this way is the first of its kind there, or one that repeats. */
function isFree(part: Part, way: Way, parent: Group): boolean {
  if (part.kind === "choice") return isFree(...chosen(part, way), parent);
  if (part.kind === "segment") return part.repeats || parent.segment(part.name) === undefined;
  const last = parent.lastGroup(part.name);
  return !last || isFree(part.parts[way[0] as number] as Part, way.slice(1), last);
}

/**
 * Whether a group may begin again in its middle: an OBR or RXA whose ORC is missing is one more order. A
 * group with a patient in it never does: nobody's visit or result goes to a patient without name.
 */
function mayRepeat(part: Part, way: Way): boolean {
  if (part.kind !== "group" || !part.repeats) return part.repeats;
  if (wayInto(part, "PID", "loose", NO_PRIOR)) return false;
  return isMainstay(part, way);
}

/** Whether the segment at the end of a way begins its group or has to be in it, as OBR, but not NTE, in an order. */
function isMainstay(part: Part, way: Way): boolean {
  let inner = part;
  for (const index of way) {
    if (inner.kind === "segment") return true;
    const next = inner.parts[index] as Part;
    if (next.kind === "segment") return index === 0 || next.isRequired || inner.kind === "choice";
    inner = next;
  }
  return true;
}
