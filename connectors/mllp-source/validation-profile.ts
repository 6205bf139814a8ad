import { readFileSync } from "node:fs";
import { ConfigError } from "#connect-api";
import { ProfileError, readProfile } from "#lib/hl7v2";
import type { Profile } from "#lib/hl7v2";
import { VALIDATION_LEVEL, VALIDATION_PROFILE } from "./config.ts";
import type { MllpConfig } from "./config.ts";

/** The rules of level 3; undefined below it. Throws ConfigError when they cannot be read. */
export function profileOf(config: MllpConfig): Profile | undefined {
  if (config[VALIDATION_LEVEL] < 3) return undefined;
  const file = config[VALIDATION_PROFILE];
  if (file === null) {
    throw unusable("level 3 checks the rules of a profile: name its file, or choose level 2");
  }
  try {
    return readProfile(readFileSync(file, "utf8"));
  } catch (cause) {
    const isProfile = cause instanceof ProfileError;
    throw unusable(isProfile ? cause.message : "the file cannot be read", cause);
  }
}

function unusable(why: string, cause?: unknown): ConfigError {
  const message = `Invalid configuration ${VALIDATION_PROFILE}: ${why}`;
  return new ConfigError("CONFIG_INVALID", message, { key: VALIDATION_PROFILE, cause });
}
