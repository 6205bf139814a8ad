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

/** Where a rule holds: in every segment of that name, in every repetition of the field. */
export interface RulePlace {
  /** As written: `PID-3.4.2`. */
  readonly at: string;
  readonly segment: string;
  readonly field: number;
  /** 0: the field itself. */
  readonly component: number;
  /** 0: the component itself. */
  readonly subcomponent: number;
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

/** Holds when the value there is one of `is`, is none of `isNot`, or is (not) there. */
export interface Condition extends RulePlace {
  readonly is: ReadonlySet<string> | undefined;
  readonly isNot: ReadonlySet<string> | undefined;
  readonly isPresent: boolean | undefined;
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
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new ProfileError("The profile is not JSON");
  }
  const problems: string[] = [];
  const profile = profileOf(json, problems);
  if (problems.length > 0) throw new ProfileError(`The profile is invalid: ${problems.join("; ")}`);
  return profile;
}

type Json = Readonly<Record<string, unknown>>;

function profileOf(json: unknown, problems: string[]): Profile {
  const file = objectOf(json, "the profile", problems, [
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
  for (const [name, list] of Object.entries(objectOf(file["codes"] ?? {}, "codes", problems))) {
    codes.set(name, stringsOf(list, `codes.${name}`, problems));
  }
  return {
    name: stringOf(file["profile"], "profile", problems),
    messages:
      file["messages"] === undefined
        ? undefined
        : stringsOf(file["messages"], "messages", problems),
    otherMessages: oneOf(
      file["otherMessages"] ?? "allow",
      ["allow", "refuse"],
      "otherMessages",
      problems,
    ),
    segments: Object.entries(objectOf(file["segments"] ?? {}, "segments", problems)).map(
      ([segment, rule]) => segmentRuleOf(segment, rule, problems),
    ),
    values: arrayOf(file["values"] ?? [], "values", problems).map((rule, index) =>
      valueRuleOf(rule, `values[${index}]`, codes, problems),
    ),
  };
}

function segmentRuleOf(segment: string, json: unknown, problems: string[]): SegmentRule {
  const place = `segments.${segment}`;
  if (!/^[A-Z][A-Z0-9]{2}$/.test(segment)) problems.push(`${place} is no segment name`);
  const rule = objectOf(json, place, problems, ["min", "max", "severity", "description"]);
  return {
    segment,
    min: countOf(rule["min"] ?? 0, `${place}.min`, problems),
    max: rule["max"] === undefined ? Infinity : countOf(rule["max"], `${place}.max`, problems),
    severity: severityOf(rule, place, problems),
  };
}

function valueRuleOf(
  json: unknown,
  place: string,
  codes: ReadonlyMap<string, ReadonlySet<string>>,
  problems: string[],
): ValueRule {
  const rule = objectOf(json, place, problems, [
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
  const usage = oneOf(rule["usage"] ?? "O", ["R", "RE", "O", "C", "X"], `${place}.usage`, problems);
  if ((usage === "C") !== (rule["when"] !== undefined)) {
    problems.push(`${place}: usage C and "when" belong together`);
  }
  const table =
    rule["table"] === undefined ? undefined : stringOf(rule["table"], `${place}.table`, problems);
  if (table !== undefined && !codes.has(table)) problems.push(`${place}.table is not in codes`);
  return {
    ...placeOf(rule["at"], place, problems),
    usage,
    when:
      rule["when"] === undefined ? undefined : conditionOf(rule["when"], `${place}.when`, problems),
    max: rule["max"] === undefined ? Infinity : countOf(rule["max"], `${place}.max`, problems),
    maxLength:
      rule["maxLength"] === undefined
        ? Infinity
        : countOf(rule["maxLength"], `${place}.maxLength`, problems),
    type:
      rule["type"] === undefined ? undefined : stringOf(rule["type"], `${place}.type`, problems),
    codes:
      rule["codes"] === undefined
        ? codes.get(table ?? "")
        : stringsOf(rule["codes"], `${place}.codes`, problems),
    pattern: patternOf(rule["pattern"], `${place}.pattern`, problems),
    severity: severityOf(rule, place, problems),
  };
}

function conditionOf(json: unknown, place: string, problems: string[]): Condition {
  const when = objectOf(json, place, problems, ["at", "is", "isNot", "isPresent"]);
  const { is, isNot, isPresent } = when;
  if ([is, isNot, isPresent].filter((one) => one !== undefined).length !== 1) {
    problems.push(`${place} needs one of is, isNot and isPresent`);
  }
  if (isPresent !== undefined && typeof isPresent !== "boolean") {
    problems.push(`${place}.isPresent is true or false`);
  }
  return {
    ...placeOf(when["at"], place, problems),
    is: is === undefined ? undefined : stringsOf(is, `${place}.is`, problems),
    isNot: isNot === undefined ? undefined : stringsOf(isNot, `${place}.isNot`, problems),
    isPresent: isPresent === true ? true : isPresent === false ? false : undefined,
  };
}

function placeOf(at: unknown, place: string, problems: string[]): RulePlace {
  const match = /^([A-Z][A-Z0-9]{2})-([1-9]\d{0,2})(?:\.([1-9]\d?))?(?:\.([1-9]\d?))?$/.exec(
    String(at),
  );
  if (!match) problems.push(`${place}.at is a place such as PID-3 or PID-3.4.2`);
  const [text = "", segment = "", field, component, subcomponent] = match ?? [];
  return {
    at: text,
    segment,
    field: Number(field ?? 1),
    component: Number(component ?? 0),
    subcomponent: Number(subcomponent ?? 0),
  };
}

function patternOf(value: unknown, place: string, problems: string[]): RegExp | undefined {
  if (value === undefined) return undefined;
  try {
    return new RegExp(`^(?:${stringOf(value, place, problems)})$`, "u");
  } catch {
    problems.push(`${place} is no regular expression`);
    return undefined;
  }
}

function severityOf(rule: Json, place: string, problems: string[]): "error" | "warning" | "info" {
  return oneOf(
    rule["severity"] ?? "error",
    ["error", "warning", "info"],
    `${place}.severity`,
    problems,
  );
}

function objectOf(
  value: unknown,
  place: string,
  problems: string[],
  keys?: readonly string[],
): Json {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    problems.push(`${place} is an object`);
    return {};
  }
  for (const key of Object.keys(value)) {
    if (keys && !keys.includes(key))
      problems.push(`${place} has no "${key}"; it knows ${keys.join(", ")}`);
  }
  return value as Json;
}

function arrayOf(value: unknown, place: string, problems: string[]): readonly unknown[] {
  if (Array.isArray(value)) return value;
  problems.push(`${place} is a list`);
  return [];
}

function stringsOf(value: unknown, place: string, problems: string[]): ReadonlySet<string> {
  const list = arrayOf(value, place, problems);
  if (!list.every((one) => typeof one === "string")) problems.push(`${place} is a list of strings`);
  return new Set(list.map(String));
}

function stringOf(value: unknown, place: string, problems: string[]): string {
  if (typeof value === "string" && value !== "") return value;
  problems.push(`${place} is a string`);
  return "";
}

function countOf(value: unknown, place: string, problems: string[]): number {
  if (Number.isInteger(value) && (value as number) >= 0) return value as number;
  problems.push(`${place} is a whole number`);
  return 0;
}

function oneOf<T extends string>(
  value: unknown,
  choices: readonly T[],
  place: string,
  problems: string[],
): T {
  if (choices.includes(value as T)) return value as T;
  problems.push(`${place} is one of ${choices.join(", ")}`);
  return choices[0] as T;
}
