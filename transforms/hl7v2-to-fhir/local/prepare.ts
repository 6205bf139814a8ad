import { MessageEditor, dataTypeInfo, fieldInfo, holds, parseMessage, valueAt } from "#lib/hl7v2";
import type { Message, Repetition, RulePlace, Segment } from "#lib/hl7v2";
import type { ConceptMapRule, FieldRule, LocalWay } from "./local-ways.ts";

/** A field of the message that a rule has read: it counts as mapped. */
export interface UsedField {
  readonly position: number;
  readonly field: number;
}

export interface Prepared {
  /** As the standard would have it; the same segments at the same positions. */
  readonly message: Message;
  readonly used: readonly UsedField[];
}

/**
 * Writes a message as the standard would have it, so that the maps of the guide can read it: fields first, then codes,
 * then names of coding systems, then the event. The message itself is not changed.
 */
export function prepare(message: Message, way: LocalWay): Prepared {
  const used: UsedField[] = [];
  let current = message;
  for (const rule of way.fields) current = applyField(current, rule, used);
  if (way.conceptMaps.length > 0 || way.codingSystems.size > 0) current = applyCodes(current, way);
  const { messageCode, triggerEvent } = current.header;
  const event = way.events.get(`${messageCode}^${triggerEvent}`);
  if (event !== undefined) {
    const [code = "", trigger = ""] = event.split("^");
    // The structure goes with the event that stood there before.
    current = rewritten(current, (editor) => editor.setField("MSH-9", [code, trigger]));
  }
  return { message: current, used };
}

function rewritten(message: Message, change: (editor: MessageEditor) => unknown): Message {
  const editor = new MessageEditor(message);
  change(editor);
  return parseMessage(editor.toText());
}

function applyField(message: Message, rule: FieldRule, used: UsedField[]): Message {
  const targets = message.segmentsNamed(rule.segment);
  const changes: [path: string, value: string][] = [];
  targets.forEach((segment, index) => {
    const { field: position, from } = rule;
    const source = from && sourceOf(from, index, targets.length, message);
    segment.field(position).repetitions.forEach((repetition, number) => {
      // A null says that the value is to be deleted; nothing stands in for that.
      if (repetition.isNull) return;
      if (rule.when && !holds(rule.when, segment, message, { field: position, repetition })) return;
      const before = valueAt(rule, repetition);
      const found = from && source ? valueFrom(from, source, segment, rule, repetition) : "";
      const after = valueOf(rule, before, found);
      if (source && from && found !== "")
        used.push({ position: source.position, field: from.field });
      if (after === before) return;
      const within = rule.at.replace(/^[^.]*/, "");
      changes.push([`${rule.segment}[${index + 1}]-${position}[${number + 1}]${within}`, after]);
    });
  });
  if (changes.length === 0) return message;
  return rewritten(message, (editor) => {
    for (const [path, value] of changes) editor.set(path, value);
  });
}

/** The segment of the same number where there are as many of both, else the first. */
function sourceOf(
  from: RulePlace,
  index: number,
  count: number,
  message: Message,
): Segment | undefined {
  const sources = message.segmentsNamed(from.segment);
  return sources.length === count ? sources[index] : sources[0];
}

/** Of the same field the same repetition, of another its first; a null is no value to take over. */
function valueFrom(
  from: RulePlace,
  source: Segment,
  segment: Segment,
  rule: FieldRule,
  repetition: Repetition,
): string {
  const isOwn = source === segment && from.field === rule.field;
  const value = valueAt(from, isOwn ? repetition : source.field(from.field).first);
  return value === '""' ? "" : value;
}

function valueOf(rule: FieldRule, before: string, source: string): string {
  if (rule.isDropped) return "";
  let value = source === "" ? before : source;
  if (rule.value !== undefined) value = rule.value;
  if (rule.replace && value !== "") value = value.replace(rule.replace.pattern, rule.replace.by);
  value = rule.map?.get(value) ?? value;
  return value === "" ? (rule.otherwise ?? "") : value;
}

const CODED: ReadonlySet<string> = new Set(["CE", "CWE", "CNE", "CF"]);

/** Whether a field holds codes with their systems. OBX-5 does when OBX-2 says so. */
function isCoded(segment: Segment, position: number): boolean {
  const types = fieldInfo(segment.name, position)?.types ?? [];
  if (types[0] === "*") return CODED.has(segment.field(2).value);
  return types.some((type) => CODED.has(type) && dataTypeInfo(type) !== undefined);
}

function applyCodes(message: Message, way: LocalWay): Message {
  const changes: [path: string, text: string][] = [];
  const seen = new Map<string, number>();
  for (const segment of message.segments) {
    const nth = (seen.get(segment.name) ?? 0) + 1;
    seen.set(segment.name, nth);
    segment.fields.forEach((field, index) => {
      const position = index + 1;
      if (field.isEmpty || field.isNull) return;
      const rules = rulesFor(way, segment, position);
      if (rules.length === 0 && !(way.codingSystems.size > 0 && isCoded(segment, position))) return;
      field.repetitions.forEach((repetition, number) => {
        const before = repetition.components.map(({ value }) => value);
        const after = codesOf(before, rules, way);
        after.forEach((value, component) => {
          if (value === (before[component] ?? "")) return;
          changes.push([
            `${segment.name}[${nth}]-${position}[${number + 1}].${component + 1}`,
            value,
          ]);
        });
      });
    });
  }
  if (changes.length === 0) return message;
  return rewritten(message, (editor) => {
    for (const [path, value] of changes) editor.set(path, value);
  });
}

function rulesFor(way: LocalWay, segment: Segment, position: number): readonly ConceptMapRule[] {
  return way.conceptMaps.filter(({ at }) =>
    at.length === 0
      ? isCoded(segment, position)
      : at.some((place) => place.segment === segment.name && place.field === position),
  );
}

/** Where the triplets of code, text and system begin. */
const TRIPLETS = [0, 3, 9] as const;

/**
 * The components of a coded value with the agreed code first: the sender's own moves behind it, to the alternate
 * code, and one that stood there to the second alternate. Nothing is lost. System names become URIs.
 */
function codesOf(
  components: readonly string[],
  rules: readonly ConceptMapRule[],
  { codingSystems }: LocalWay,
): readonly string[] {
  const parts = [...components];
  const part = (index: number): string => parts[index] ?? "";
  for (const { map, at } of rules) {
    const found = TRIPLETS.slice(0, 2).flatMap((start) => {
      const code = part(start);
      const system = part(start + 2);
      const uri = codingSystems.get(system);
      const codes =
        map.get(system) ??
        (uri === undefined ? undefined : map.get(uri)) ??
        (system === "" && at.length > 0 ? [...map.values()][0] : undefined);
      const target = codes?.get(code);
      return target ? [target] : [];
    })[0];
    const isThere =
      found &&
      TRIPLETS.some((start) => part(start) === found.code && part(start + 2) === found.system);
    if (!found || isThere) continue;
    const [first, second] = [parts.slice(0, 3), parts.slice(3, 6)];
    while (parts.length < 6) parts.push("");
    parts.splice(0, 6, found.code, found.display, found.system, ...padded(first));
    if (second.some((text) => text !== "")) {
      while (parts.length < 12) parts.push("");
      if (parts.slice(9, 12).every((text) => text === "")) parts.splice(9, 3, ...padded(second));
    }
  }
  for (const start of TRIPLETS) {
    const uri = codingSystems.get(part(start + 2));
    if (uri !== undefined) parts[start + 2] = uri;
  }
  return parts;
}

function padded(triplet: readonly string[]): readonly string[] {
  return [0, 1, 2].map((index) => triplet[index] ?? "");
}
