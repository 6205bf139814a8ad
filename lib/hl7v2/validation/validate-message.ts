import type { Message } from "../message.ts";
import { checkFraming } from "./check-framing.ts";
import { checkFields } from "./check-fields.ts";
import { checkHeader } from "./check-header.ts";
import { checkProfile } from "./check-profile.ts";
import { checkStructure } from "./check-structure.ts";
import { Findings } from "./finding.ts";
import type { Finding } from "./finding.ts";
import type { Profile } from "./profile.ts";

/**
 * What is checked; each level includes those before it.
 *
 * 0: it can be read. 1: MSH says what it is. 2: the segments that its structure requires are there and in their
 * places, their required fields are filled, and dates and numbers have their forms. 3: the rules of a profile.
 */
export type ValidationLevel = 0 | 1 | 2 | 3;

/** Checks a message. Level 3 without a profile is level 2. */
export function validateMessage(
  message: Message,
  level: ValidationLevel,
  profile?: Profile,
): readonly Finding[] {
  const findings = new Findings();
  checkFraming(message, findings);
  if (level >= 1) checkHeader(message, findings);
  if (level >= 2) {
    checkStructure(message, findings);
    checkFields(message, findings);
  }
  if (level >= 3 && profile) checkProfile(message, profile, findings);
  return findings.all();
}
