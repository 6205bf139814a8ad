import type { Segment } from "../segment.ts";
import type { GroupPart } from "./definition.ts";

/** Up to so many children are looked through one by one. */
const SCANNED_MAX = 16;

/** A group of segments and inner groups, in the order of the message. The message itself is the outermost. */
export class Group {
  /** `PATIENT_RESULT`, or the structure's name for the message itself. */
  readonly name: string;
  /** What the structure says of it; undefined when the structure of the message is not known. */
  readonly definition: GroupPart | undefined;
  readonly children: readonly (Segment | Group)[] = [];
  /** First segment and last group of each name, once there are enough children for it to pay. */
  #firstSegments: Map<string, Segment> | undefined;
  #lastGroups: Map<string, Group> | undefined;

  constructor(name: string, definition?: GroupPart) {
    this.name = name;
    this.definition = definition;
  }

  /** Puts a segment or an inner group behind the others. For the one that builds the groups. */
  add(child: Segment | Group): void {
    const children = this.children as (Segment | Group)[];
    children.push(child);
    if (children.length > SCANNED_MAX) this.#index(children);
  }

  /** Without it, a long message whose segments come in the wrong order would take time squared. */
  #index(children: readonly (Segment | Group)[]): void {
    const isFirst = !this.#firstSegments;
    this.#firstSegments ??= new Map();
    this.#lastGroups ??= new Map();
    for (const child of isFirst ? children : children.slice(-1)) {
      if (child instanceof Group) this.#lastGroups.set(child.name, child);
      else if (!this.#firstSegments.has(child.name)) this.#firstSegments.set(child.name, child);
    }
  }

  /** The first segment of that name that stands directly in this group. */
  segment(name: string): Segment | undefined {
    if (this.#firstSegments) return this.#firstSegments.get(name);
    for (const child of this.children) {
      if (!(child instanceof Group) && child.name === name) return child;
    }
    return undefined;
  }

  /** Segments that stand directly in this group; all of them without a name. */
  segments(name?: string): readonly Segment[] {
    return this.children.filter(
      (child): child is Segment =>
        !(child instanceof Group) && (name === undefined || child.name === name),
    );
  }

  /** The first inner group of that name. */
  group(name: string): Group | undefined {
    for (const child of this.children) {
      if (child instanceof Group && child.name === name) return child;
    }
    return undefined;
  }

  /** The last inner group of that name. */
  lastGroup(name: string): Group | undefined {
    if (this.#lastGroups) return this.#lastGroups.get(name);
    return this.children.findLast(
      (child): child is Group => child instanceof Group && child.name === name,
    );
  }

  /** Inner groups; all of them without a name. */
  groups(name?: string): readonly Group[] {
    return this.children.filter(
      (child): child is Group =>
        child instanceof Group && (name === undefined || child.name === name),
    );
  }

  /** The first segment of that name here or in any inner group, in the order of the message. */
  find(name: string): Segment | undefined {
    for (const child of this.children) {
      if (child instanceof Group) {
        const found = child.find(name);
        if (found) return found;
      } else if (child.name === name) return child;
    }
    return undefined;
  }

  /** Every segment here and in inner groups, in the order in which the groups hold them. */
  *walk(): Generator<{ readonly segment: Segment; readonly group: Group }> {
    for (const child of this.children) {
      if (child instanceof Group) yield* child.walk();
      else yield { segment: child, group: this };
    }
  }
}
