import type { RecordCase } from "./record-case.ts";

/** What is seen at one place. */
export interface Seen {
  readonly name: string;
  readonly what: string;
  readonly kafka: string;
  readonly ours: string;
  readonly given: string;
  /** Kafka's error for the record, "" when it did not fail there. */
  readonly cause: string;
}

/** A difference that is on purpose. */
export interface AcceptedDifference {
  /** The row of docs/compatibility.md that says why. */
  readonly title: string;
  explains(seen: Seen, test: RecordCase): boolean;
}

const isText = ({ what }: Seen): boolean => what === "error" || what === "configError";
const isData = ({ what }: Seen): boolean =>
  what === "key" || what === "value" || what === "headers";

/** Whether the transformation stands anywhere in the chain. */
const uses = (test: RecordCase, name: string): boolean =>
  Object.values(test.config).some((value) => value.includes(`transforms.${name}`));

/** Without the length, which other digits change. */
const unmeasured = (text: string): string => text.replaceAll(/ \(\d+ bytes\)/g, "");

const NUMBER = /-?\d+(?:\.\d+)?(?:E-?\d+)?/g;

/** The same text but for numbers that are the same float. */
function sameFloats(a: string, b: string): boolean {
  if (a.replaceAll(NUMBER, "#") !== b.replaceAll(NUMBER, "#")) return false;
  const [left, right] = [a.match(NUMBER) ?? [], b.match(NUMBER) ?? []];
  return left.every(
    (text, index) =>
      text === right[index] || Math.fround(Number(text)) === Math.fround(Number(right[index])),
  );
}

/** A number in any notation, also one that has become text because JSON has none for it. */
const ANY_NUMBER = /"?-?Infinity"?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** The same text but for numbers that are the same double, or too large for a Long. */
function sameDoubles(a: string, b: string): boolean {
  const shape = (text: string): string => parts(text.replaceAll(ANY_NUMBER, "#"));
  if (shape(a) !== shape(b)) return false;
  const values = (text: string): string[] =>
    (text.match(ANY_NUMBER) ?? []).map((number) => {
      const value = Number(number.replaceAll('"', ""));
      // Kafka keeps the lowest 64 bits of it.
      const isTooLarge = /^-?\d+$/.test(number) && !Number.isSafeInteger(value);
      return String(isTooLarge ? BigInt.asIntN(64, BigInt(number)) : value);
    });
  return values(a).toSorted().join() === values(b).toSorted().join();
}

const parts = (text: string): string =>
  text
    .split(/[{}, ]+/)
    .toSorted()
    .join(" ");

export const differences: readonly AcceptedDifference[] = [
  {
    title: "texts of errors hold no value of a record",
    explains: (seen) =>
      isText(seen) &&
      (seen.kafka.replace(/(value) \(.*?\) (was|does)/is, "$1 $2").toLowerCase() ===
        seen.ours.toLowerCase() ||
        (seen.ours === "Timestamp missing on record" && seen.kafka.startsWith(seen.ours))),
  },
  {
    title: "texts of errors say more",
    explains: (seen) =>
      isText(seen) &&
      ((seen.kafka.endsWith(": ") && seen.ours.startsWith(seen.kafka)) ||
        // Java's own faults (NullPointerException) tell a user nothing.
        /^(?:Cannot (?:invoke|read)|No enum constant)/.test(seen.kafka)),
  },
  {
    title: "texts of settings say what is wrong",
    explains: ({ what, kafka, ours }) =>
      what === "configError" &&
      (kafka.startsWith("Invalid value java.lang.IllegalArgumentException") ||
        kafka.includes("$InsertionSpec@") ||
        (kafka.includes("Invalid regex: ") &&
          kafka.split("Invalid regex: ")[0] === ours.split("Invalid regex: ")[0])),
  },
  {
    title: "the setting that is named first when several are wrong",
    explains: ({ name, what, kafka, ours }) =>
      what === "configError" && /^chain \d+/.test(name) && kafka !== "none" && ours !== "none",
  },
  {
    title: "a bad pattern of TimestampRouter is refused at the start",
    explains: ({ what, kafka, ours }, test) =>
      what === "configError" &&
      kafka === "none" &&
      ours.includes("timestamp.format") &&
      uses(test, "TimestampRouter"),
  },
  {
    title: "what Java's own exceptions say is a data error",
    explains: ({ what, kafka, ours }) =>
      (what === "errorClass" &&
        /^java\.lang\.(?:IllegalArgument|NullPointer|IndexOutOfBounds)Exception$/.test(kafka) &&
        ours === "org.apache.kafka.connect.errors.DataException") ||
      (what === "dead letter headers" &&
        kafka.replace(
          /java\.lang\.(?:IllegalArgument|NullPointer|IndexOutOfBounds)Exception/,
          "org.apache.kafka.connect.errors.DataException",
        ) === ours),
  },
  {
    title: "SetSchemaMetadata on schemas that are no struct",
    // From such a failure on, the two are not in the same place.
    explains: ({ cause }, test) =>
      uses(test, "SetSchemaMetadata") && cause === "Cannot list fields on non-struct type",
  },
  {
    title: "MaskField keeps the scale of decimals",
    explains: ({ kafka }, test) =>
      uses(test, "MaskField") && kafka.includes("Decimal value has mismatching scale"),
  },
  {
    title: "timestamps beyond the year 275760",
    explains: ({ what, ours }) => what === "outcome" && ours.includes("beyond the year 275760"),
  },
  {
    title: "JSON that does not fit its schema",
    explains: ({ what, ours }) =>
      (what === "outcome" || what === "error") &&
      /does not fit the type|Invalid Java object for schema with type/.test(ours),
  },
  {
    title: "JSON with something behind the value",
    explains: ({ given, ours }) => given.endsWith("trailing") && ours.includes("is not valid JSON"),
  },
  {
    title: "StringConverter on bytes that are no text",
    explains: ({ what, ours }) => what === "outcome" && /The bytes are not .* text$/.test(ours),
  },
  {
    title: "members of maps keep their order",
    explains: (seen) => isData(seen) && parts(seen.kafka) === parts(seen.ours),
  },
  {
    title: "numbers keep their digits",
    explains: (seen) => isData(seen) && sameDoubles(unmeasured(seen.kafka), unmeasured(seen.ours)),
  },
  {
    title: "floats have the fewest digits",
    explains: (seen) => isData(seen) && sameFloats(unmeasured(seen.kafka), unmeasured(seen.ours)),
  },
  {
    title: "StringConverter passes bytes as they are",
    explains: (seen) =>
      isData(seen) && seen.kafka.replace(/\[B@[0-9a-f]+/, "").length < seen.kafka.length,
  },
  {
    title: "JsonConverter writes headers without element types",
    explains: ({ what, kafka }) => what === "outcome" && kafka.includes("Schema.keySchema()"),
  },
];
