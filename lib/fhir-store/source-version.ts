import { exactNumber, parseExactJson } from "#lib/exact-json";

/**
 * Where a stored resource says which state of its source it is. An extension of the resource, because tags are
 * kept from version to version by the servers, so old ones would stay; Bundle, Binary and Parameters have no
 * extensions of their own, so theirs is in `meta`.
 */
export const SOURCE_VERSION_URL = "urn:clinical-connect:source-version";

const WITHOUT_EXTENSIONS: ReadonlySet<string> = new Set(["Bundle", "Binary", "Parameters"]);

interface Extended {
  readonly extension?: unknown;
}

/** The source version that a stored resource carries; undefined when somebody else wrote it. */
export function storedVersion(resource: unknown): string | undefined {
  if (typeof resource !== "object" || resource === null) return undefined;
  const { meta } = resource as { readonly meta?: Extended | null };
  for (const holder of [resource as Extended, meta ?? {}]) {
    if (!Array.isArray(holder.extension)) continue;
    for (const each of holder.extension as readonly { url?: unknown; valueString?: unknown }[]) {
      if (each?.url === SOURCE_VERSION_URL && typeof each.valueString === "string") {
        return each.valueString;
      }
    }
  }
  return undefined;
}

/**
 * The text of a resource with its source version in it; everything else stays as it is, numbers digit by digit.
 * `parsed` is the same resource, parsed.
 */
export function withSourceVersion(text: string, parsed: object, version: string): string {
  const own = { url: SOURCE_VERSION_URL, valueString: version };
  const { resourceType } = parsed as { readonly resourceType?: unknown };
  const isElsewhere = WITHOUT_EXTENSIONS.has(String(resourceType));
  const isPlain = !isElsewhere && !("extension" in parsed);
  const start = text.indexOf("{") + 1;
  // An object with a resourceType is never empty, so a comma is right.
  if (isPlain) {
    return `${text.slice(0, start)}"extension":[${JSON.stringify(own)}],${text.slice(start)}`;
  }
  const resource = parseExactJson(text, exactNumber) as Record<string, unknown>;
  const holder = isElsewhere ? ((resource["meta"] ??= {}) as Record<string, unknown>) : resource;
  const others = Array.isArray(holder["extension"]) ? (holder["extension"] as Extended[]) : [];
  holder["extension"] = [
    ...others.filter((each) => !("url" in each) || each.url !== SOURCE_VERSION_URL),
    own,
  ];
  return JSON.stringify(resource);
}
