import { DataError } from "#connect-api";
import { JsonReader, exactNumber } from "#lib/exact-json";

const decoder = new TextDecoder("utf-8", { fatal: true });

/** Throws DataError for bytes that are not UTF-8. */
export function textOf(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new DataError("JSON_INVALID", `${FAILED}the value is not UTF-8 text`, { cause });
  }
}

const FAILED =
  "Converting byte[] to Kafka Connect data failed due to serialization error: " as const;

/** Runs a step that reads JSON. Throws DataError without the content, which may be patient data. */
export function reading<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new DataError("JSON_INVALID", `${FAILED}the value is not valid JSON`);
  }
}

/** A reader of schemaless values with Java's widths and with all digits. */
export function plainReader(text: string): JsonReader {
  return new JsonReader(text, numberFromJson, { allowLeadingZeros: true });
}

/** Integers are Longs, other numbers Doubles; one that a number would not give back keeps its digits. */
function numberFromJson(source: string): unknown {
  const value = Number(source);
  if (isInteger(source)) return BigInt(source.length <= SAFE_DIGITS ? value : source);
  return String(value) === source ? value : exactNumber(source.replace(/^(-?)0+(?=\d)/, "$1"));
}

/** As many digits a number holds for sure; from a number a bigint is made sooner than from text. */
const SAFE_DIGITS = 15;

function isInteger(source: string): boolean {
  for (let index = 1; index < source.length; index += 1) {
    const code = source.charCodeAt(index);
    if (code < 0x30 || code > 0x39) return false;
  }
  return true;
}
