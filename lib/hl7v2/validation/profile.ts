import { Problems, parseJson } from "#lib/checked-json";
import { readCondition, readPlace } from "./rule-place.ts";
import type { Condition, RulePlace } from "./rule-place.ts";

/**
 * Rules of one sender, receiver or implementation guide, beyond the standard's. Read from JSON by `readProfile`;
 * `schemas/hl7v2/profiles/README.md` describes the file.
 */
export interface Profile {
  readonly name: string;
  /** `ADT^A01`; undefined: every message. */
  readonly messages: ReadonlySet<string> | undefined;
  /** What becomes of a message that is none of them. */
  readonly otherMessages: "allow" | "refuse";
  readonly segments: readonly SegmentRule[];
  readonly values: readonly ValueRule[];
}

export interface SegmentRule {
  readonly segment: string;
  readonly min: number;
  readonly max: number;
  readonly severity: "error" | "warning" | "info";
}

export interface ValueRule extends RulePlace {
  /** R required, RE required if known, O optional, C required when `when` holds, X not supported. */
  readonly usage: "R" | "RE" | "O" | "C" | "X";
  readonly when: Condition | undefined;
  /** Repetitions of the field. */
  readonly max: number;
  readonly maxLength: number;
  readonly type: string | undefined;
  readonly codes: ReadonlySet<string> | undefined;
  readonly pattern: RegExp | undefined;
  readonly severity: "error" | "warning" | "info";
}

/** The file is no profile. The message names the place in it and what is expected there. */
export class ProfileError extends Error {
  override readonly name = "ProfileError";
  readonly code = "HL7_PROFILE_INVALID";
}

/**
 * Reads a profile from the text of its file. Throws ProfileError, with all that is wrong, for text that is none: a
 * misspelt rule that is silently left out would let everything through.
 */
export function readProfile(text: string): Profile {
  const json = parseJson(text);
  if (json === undefined) throw new ProfileError("The profile is not JSON");
  const problems = new Problems();
  const profile = profileOf(json, problems);
  if (problems.all.length > 0) {
    throw new ProfileError(`The profile is invalid: ${problems.all.join("; ")}`);
  }
  return profile;
}

const SEVERITIES = ["error", "warning", "info"] as const;

function profileOf(json: unknown, problems: Problems): Profile {
  const file = problems.object(json, "the profile", [
    "$schema",
    "profile",
    "description",
    "messages",
    "otherMessages",
    "segments",
    "values",
    "codes",
  ]);
  const codes = new Map<string, ReadonlySet<string>>();
  for (const [name, list] of Object.entries(problems.object(file["codes"] ?? {}, "codes"))) {
    codes.set(name, problems.strings(list, `codes.${name}`));
  }
  const { messages } = file;
  return {
    name: problems.string(file["profile"], "profile"),
    messages: messages === undefined ? undefined : problems.strings(messages, "messages"),
    otherMessages: problems.oneOf(
      file["otherMessages"] ?? "allow",
      ["allow", "refuse"],
      "otherMessages",
    ),
    segments: Object.entries(problems.object(file["segments"] ?? {}, "segments")).map(
      ([segment, rule]) => segmentRuleOf(segment, rule, problems),
    ),
    values: problems
      .list(file["values"] ?? [], "values")
      .map((rule, index) => valueRuleOf(rule, `values[${index}]`, codes, problems)),
  };
}

function segmentRuleOf(segment: string, json: unknown, problems: Problems): SegmentRule {
  const place = `segments.${segment}`;
  if (!/^[A-Z][A-Z0-9]{2}$/.test(segment)) problems.add(`${place} is no segment name`);
  const rule = problems.object(json, place, ["min", "max", "severity", "description"]);
  return {
    segment,
    min: problems.count(rule["min"] ?? 0, `${place}.min`),
    max: countOrAny(rule["max"], `${place}.max`, problems),
    severity: problems.oneOf(rule["severity"] ?? "error", SEVERITIES, `${place}.severity`),
  };
}

function valueRuleOf(
  json: unknown,
  place: string,
  lists: ReadonlyMap<string, ReadonlySet<string>>,
  problems: Problems,
): ValueRule {
  const rule = problems.object(json, place, [
    "at",
    "usage",
    "when",
    "max",
    "maxLength",
    "type",
    "codes",
    "table",
    "pattern",
    "severity",
    "description",
  ]);
  const { when, table, codes, type, pattern } = rule;
  const usage = problems.oneOf(rule["usage"] ?? "O", ["R", "RE", "O", "C", "X"], `${place}.usage`);
  if ((usage === "C") !== (when !== undefined)) {
    problems.add(`${place}: usage C and "when" belong together`);
  }
  if (table !== undefined && !lists.has(problems.string(table, `${place}.table`))) {
    problems.add(`${place}.table is not in codes`);
  }
  return {
    ...readPlace(rule["at"], place, problems),
    usage,
    when: when === undefined ? undefined : readCondition(when, `${place}.when`, problems),
    max: countOrAny(rule["max"], `${place}.max`, problems),
    maxLength: countOrAny(rule["maxLength"], `${place}.maxLength`, problems),
    type: type === undefined ? undefined : problems.string(type, `${place}.type`),
    codes:
      codes === undefined ? lists.get(String(table)) : problems.strings(codes, `${place}.codes`),
    pattern:
      pattern === undefined
        ? undefined
        : problems.pattern(pattern, `${place}.pattern`, (source) => `^(?:${source})$`),
    severity: problems.oneOf(rule["severity"] ?? "error", SEVERITIES, `${place}.severity`),
  };
}

function countOrAny(value: unknown, place: string, problems: Problems): number {
  return value === undefined ? Infinity : problems.count(value, place);
}
