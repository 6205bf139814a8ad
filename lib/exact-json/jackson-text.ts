const ESCAPE_OR_SURROGATE = /\\(?:u[0-9a-f]{4}|.)|[\ud800-\udfff]/g;

/**
 * JSON text that JSON.stringify has made, with its strings as Jackson writes them to bytes: escapes have capital
 * digits, and what is beyond 16 bits is two escapes. Kafka compares keys by their bytes, so these have to agree.
 *
 * Source: com.fasterxml.jackson.core.json.UTF8JsonGenerator.
 */
export function jacksonText(json: string): string {
  return json.replace(ESCAPE_OR_SURROGATE, (found) => {
    if (found.startsWith("\\u")) return `\\u${found.slice(2).toUpperCase()}`;
    return found.startsWith("\\") ? found : `\\u${found.charCodeAt(0).toString(16).toUpperCase()}`;
  });
}
