import { ConfigError, fullMatch } from "#connect-api";
import type { Password } from "#connect-api";
import { createHmac } from "node:crypto";
import { SENSITIVE_ID_ACTION, SENSITIVE_ID_PATTERN, SENSITIVE_ID_SECRET } from "./config.ts";

/** What to do with ids that say who somebody is. */
export interface SensitiveIds {
  readonly action: "refuse" | "hash";
  isSensitive(id: string): boolean;
  /** The id that goes to the store instead. */
  hashed(id: string): string;
}

const SECRET_LENGTH_MIN = 16;

/** Throws ConfigError; undefined when no pattern is set. */
export function sensitiveIdsOf(values: {
  readonly [SENSITIVE_ID_PATTERN]: string | null;
  readonly [SENSITIVE_ID_ACTION]: string;
  readonly [SENSITIVE_ID_SECRET]: Password | null;
}): SensitiveIds | undefined {
  const text = values[SENSITIVE_ID_PATTERN];
  if (text === null || text === "") return undefined;
  const action = values[SENSITIVE_ID_ACTION] === "hash" ? "hash" : "refuse";
  const secret = values[SENSITIVE_ID_SECRET]?.reveal() ?? "";
  if (action === "hash" && secret.length < SECRET_LENGTH_MIN) {
    throw new ConfigError(
      "CONFIG_INVALID",
      `Missing: ${SENSITIVE_ID_ACTION}=hash needs ${SENSITIVE_ID_SECRET} of ${SECRET_LENGTH_MIN} characters or more`,
      { key: SENSITIVE_ID_SECRET },
    );
  }
  const pattern = patternOf(text);
  return {
    action,
    isSensitive: (id) => pattern.test(id),
    hashed: (id) => createHmac("sha256", secret).update(id).digest("hex").slice(0, 40),
  };
}

function patternOf(text: string): RegExp {
  try {
    return fullMatch(text);
  } catch {
    throw new ConfigError(
      "CONFIG_INVALID",
      `Invalid value for configuration ${SENSITIVE_ID_PATTERN}: it is no regular expression`,
      { key: SENSITIVE_ID_PATTERN },
    );
  }
}

const REFERENCE = /^((?:https?:\/\/.+\/)?[A-Z][A-Za-z]+\/)([A-Za-z0-9\-.]{1,64})(\/_history\/.+)?$/;

/** Replaces sensitive ids in all references of a resource, in place. */
export function hashReferences(value: unknown, ids: SensitiveIds): void {
  if (Array.isArray(value)) {
    for (const item of value) hashReferences(item, ids);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  const members = value as Record<string, unknown>;
  for (const [name, member] of Object.entries(members)) {
    if (name !== "reference" || typeof member !== "string") {
      hashReferences(member, ids);
      continue;
    }
    const [, before = "", id = "", after = ""] = REFERENCE.exec(member) ?? [];
    if (id !== "" && ids.isSensitive(id)) members[name] = `${before}${ids.hashed(id)}${after}`;
  }
}
