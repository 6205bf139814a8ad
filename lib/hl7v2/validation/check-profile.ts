import type { Message } from "../message.ts";
import type { Segment } from "../segment.ts";
import type { Finding, FindingCode, Findings } from "./finding.ts";
import { placesOf } from "./place.ts";
import type { Profile, ValueRule } from "./profile.ts";
import { holds, valueAt } from "./rule-place.ts";
import { hasFormOf } from "./value-format.ts";

/** A pattern is tried on so many characters: a pattern written badly must not hang on a long value. */
const PATTERN_LENGTH_MAX = 2000;

/** The rules of a profile. */
export function checkProfile(message: Message, profile: Profile, findings: Findings): void {
  const { messageCode, triggerEvent } = message.header;
  if (profile.messages && !profile.messages.has(`${messageCode}^${triggerEvent}`)) {
    if (profile.otherMessages === "refuse") {
      findings.add({
        code: "HL7_PROFILE_MESSAGE",
        severity: "error",
        position: "MSH-9",
        meaning: `The profile ${profile.name} has no such message`,
        suggestion: "Send it elsewhere, or add it to the profile",
      });
    }
    return;
  }
  for (const { segment, min, max, severity } of profile.segments) {
    const count = message.segmentsNamed(segment).length;
    if (count >= min && count <= max) continue;
    findings.add({
      code: "HL7_PROFILE_SEGMENT",
      severity,
      position: segment,
      meaning:
        count < min
          ? `The profile ${profile.name} demands ${min} of these segments; there are ${count}`
          : `The profile ${profile.name} allows ${max} of these segments; there are ${count}`,
      suggestion: `Ask the sender for ${segment} as the profile says`,
    });
  }
  const places = placesOf(message);
  for (const rule of profile.values) {
    for (const segment of message.segments) {
      if (segment.name === rule.segment) {
        checkRule(rule, segment, { message, profile, places, findings });
      }
    }
  }
}

interface Context {
  readonly message: Message;
  readonly profile: Profile;
  readonly places: (segment: Segment) => string;
  readonly findings: Findings;
}

function checkRule(rule: ValueRule, segment: Segment, context: Context): void {
  const { repetitions } = segment.field(rule.field);
  const filled = repetitions.filter((repetition) => !repetition.isEmpty);
  const report = (code: FindingCode, number: number, meaning: string): void => {
    const place = context.places(segment);
    const many = number > 0 && repetitions.length > 1 ? `[${number}]` : "";
    const position = `${place}-${rule.field}${many}${rule.at.replace(/^[^.]*/, "")}`;
    context.findings.add(findingOf(rule, code, position, meaning, context.profile));
  };
  if (filled.length > rule.max) {
    report("HL7_PROFILE_REPETITIONS", 0, `There may be ${rule.max}; there are ${filled.length}`);
  }
  if (isDemanded(rule, segment, context) && filled.length === 0) {
    report("HL7_PROFILE_USAGE", 0, "It has to be filled");
    return;
  }
  repetitions.forEach((repetition, index) => {
    if (repetition.isEmpty) return;
    const value = valueAt(rule, repetition);
    const number = index + 1;
    if (value === "") {
      if (isDemanded(rule, segment, context))
        report("HL7_PROFILE_USAGE", number, "It has to be filled");
      return;
    }
    if (rule.usage === "X") report("HL7_PROFILE_USAGE", number, "It is not supported, and filled");
    if ([...value].length > rule.maxLength) {
      report("HL7_PROFILE_LENGTH", number, `It may have ${rule.maxLength} characters`);
    }
    if (rule.codes && !rule.codes.has(value)) {
      report("HL7_PROFILE_CODE", number, "Its code is none of those that are agreed");
    }
    if (rule.type !== undefined && !hasFormOf([rule.type], value)) {
      report("HL7_VALUE_FORMAT", number, `It is no ${rule.type}`);
    }
    if (rule.pattern && !(value.length <= PATTERN_LENGTH_MAX && rule.pattern.test(value))) {
      report("HL7_PROFILE_PATTERN", number, "It does not have the form that is agreed");
    }
  });
}

function findingOf(
  rule: ValueRule,
  code: FindingCode,
  position: string,
  meaning: string,
  profile: Profile,
): Finding {
  return {
    code,
    severity: rule.severity,
    position,
    meaning,
    suggestion: `See ${rule.at} in the profile ${profile.name}`,
  };
}

function isDemanded(rule: ValueRule, segment: Segment, { message }: Context): boolean {
  if (rule.usage === "R") return true;
  return rule.usage === "C" && rule.when !== undefined && holds(rule.when, segment, message);
}
