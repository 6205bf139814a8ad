export const LANGUAGES = "urn:ietf:bcp:47";

/**
 * The BCP 47 tag of a language that a sender writes as a code of ISO 639 (`en`, `ENG`, `ger`), as a tag, or by its English
 * name (`German`); undefined for anything else. FHIR takes no other codes for a language that somebody speaks.
 */
export function languageTag(text: string): string | undefined {
  const trimmed = text.trim().replaceAll("_", "-");
  return knownTag(trimmed) ?? tagsByName().get(trimmed.toLowerCase());
}

const names = new Intl.DisplayNames(["en"], { type: "language", fallback: "none" });
let byName: ReadonlyMap<string, string> | undefined;

function knownTag(text: string): string | undefined {
  if (!/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/.test(text)) return undefined;
  try {
    // `ENG` and `ger` become `en` and `de`.
    const [tag] = Intl.getCanonicalLocales(text);
    return tag !== undefined && names.of(tag) !== undefined ? tag : undefined;
  } catch {
    return undefined;
  }
}

/** English names of the languages with two letters. */
function tagsByName(): ReadonlyMap<string, string> {
  if (byName) return byName;
  const letters = [..."abcdefghijklmnopqrstuvwxyz"];
  const tags = letters.flatMap((first) => letters.map((second) => `${first}${second}`));
  byName = new Map(
    tags.flatMap((tag) => {
      const name = names.of(tag);
      return name === undefined || knownTag(tag) !== tag
        ? []
        : [[name.toLowerCase(), tag] as const];
    }),
  );
  return byName;
}
