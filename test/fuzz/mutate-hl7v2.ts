import { knownEvents, segmentNames } from "#lib/hl7v2";
import { Random } from "./random.ts";

/** Texts that parsers trip over. */
const DANGEROUS = [
  "|",
  "^",
  "~",
  "\\",
  "&",
  '""',
  "\r",
  "\n",
  "\r\n",
  "\rMSH|^~\\&|",
  "\\E\\",
  "\\X",
  "\\X0D\\",
  "\\.br\\",
  "\\.sp999\\",
  "\\M2442\\",
  "\\C2842\\",
  "\\",
  "\u0000",
  "\u000B",
  "\u001C\r",
  "\u001B$B",
  "\u001B(B",
  "\uFEFF",
  "\u00FF",
  "\u00C3",
  "20260230",
  "20261301250000.99999+9900",
  "0000",
  "99999999999999999999",
  "-1.50E10",
  "1e400",
  "NaN",
  "''",
  "{{",
  "${",
  "%s",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "urn:uuid:",
  "http://",
  "../",
  "<script>",
  " ",
  "\t",
  "日本",
  "\u{1F600}",
  "é",
] as const;

const EVENTS = knownEvents();
const SEGMENTS = segmentNames();
const CHARSETS = [
  "",
  "8859/1",
  "UNICODE UTF-8",
  "ISO IR87",
  "ASCII~ISO IR87",
  "GB 18030-2000",
  "BIG-5",
  "KS X 1001",
  "ISO IR14",
  "UNICODE UTF-16",
  "X",
];
const OBX_TYPES =
  "NM SN ST TX FT CE CWE CNE CF IS DR DT DTM TS TM NR VR NA ED RP EI XCN HD XX".split(" ");

type Mutation = (text: string, random: Random) => string;

const at = (text: string, random: Random): number => random.below(text.length + 1);
const segmentsOf = (text: string): string[] => text.split(/(?<=[\r\n])/);

/** Puts a text in the place of a field that is chosen at random. */
function inField(text: string, random: Random, change: (field: string) => string): string {
  const segments = segmentsOf(text);
  const index = random.below(segments.length);
  const fields = (segments[index] ?? "").split("|");
  const field = random.below(fields.length);
  fields[field] = change(fields[field] ?? "");
  segments[index] = fields.join("|");
  return segments.join("");
}

const mutations: readonly Mutation[] = [
  (text, random) => {
    const place = at(text, random);
    return text.slice(0, place) + random.pick(DANGEROUS) + text.slice(place);
  },
  (text, random) => text.slice(0, at(text, random)),
  (text, random) => {
    const place = at(text, random);
    return text.slice(0, place) + text.slice(place + random.below(20));
  },
  (text, random) => {
    const place = at(text, random);
    return text.slice(0, place) + String.fromCharCode(random.below(256)) + text.slice(place + 1);
  },
  (text, random) => {
    const segments = segmentsOf(text);
    segments.splice(random.below(segments.length), 1);
    return segments.join("");
  },
  (text, random) => {
    const segments = segmentsOf(text);
    segments.splice(
      random.below(segments.length + 1),
      0,
      segments[random.below(segments.length)] ?? "",
    );
    return segments.join("");
  },
  (text, random) => {
    const segments = segmentsOf(text);
    const [one, two] = [random.below(segments.length), random.below(segments.length)];
    [segments[one], segments[two]] = [segments[two] ?? "", segments[one] ?? ""];
    return segments.join("");
  },
  (text, random) => {
    const segments = segmentsOf(text);
    const fields = Array.from({ length: random.below(30) }, () => random.pick(DANGEROUS.slice(26)));
    segments.splice(
      1 + random.below(segments.length),
      0,
      `${[random.pick(SEGMENTS), ...fields].join("|")}\r`,
    );
    return segments.join("");
  },
  (text, random) => inField(text, random, () => random.pick(DANGEROUS)),
  (text, random) => inField(text, random, () => ""),
  (text, random) => inField(text, random, (field) => `${field}~${field}`),
  (text, random) => inField(text, random, (field) => field + random.pick(DANGEROUS)),
  (text, random) => inField(text, random, (field) => field.split("").toReversed().join("")),
  (text, random) =>
    inField(text, random, () => random.pick(DANGEROUS).repeat(1 + random.below(40))),
  // Another event, so that its maps meet segments that are not theirs.
  (text, random) => text.replace(/^((?:[^|\r\n]*\|){8})[^|\r\n]*/, `$1${random.pick(EVENTS)}`),
  (text, random) => text.replace(/^((?:[^|\r\n]*\|){17})[^|\r\n]*/, `$1${random.pick(CHARSETS)}`),
  (text, random) => text.replace(/OBX\|([^|]*)\|[^|]*/, `OBX|$1|${random.pick(OBX_TYPES)}`),
  (text, random) => text.replaceAll("\r", random.pick(["\n", "\r\n", "\r\r", "\n\r"])),
  (text, random) => text.replaceAll("|", random.pick(["#", "$", "!", "||"])),
  (text, random) => text.replaceAll("^", random.pick(["*", "^^", "&"])),
  (text, random) =>
    text.replace(
      "^~\\&",
      random.pick(["^~\\&#", "^", "", "^~", "&~\\^", "~^\\&", "^^^^", '"~\\&']),
    ),
  (text) => `${text}${text}`,
  (text) => `FHS|^~\\&|\rBHS|^~\\&|\r${text}BTS|1\rFTS|1\r`,
];

/** One byte per character below 256, UTF-8 for others, so that wrong bytes and wide characters both come up. */
function bytesOf(text: string): Uint8Array {
  if (!/[^\u0000-\u00FF]/.test(text)) return new Uint8Array(Buffer.from(text, "latin1"));
  return new TextEncoder().encode(text);
}

/**
 * The nth message of a seed: one of the originals (one character per byte) with one to six mutations. The same numbers
 * give the same message.
 */
export function mutatedMessage(
  originals: readonly string[],
  seed: number,
  nth: number,
): Uint8Array {
  const random = new Random(Math.imul(seed, 0x01_00_01) + nth);
  let text = random.pick(originals);
  for (let left = 1 + random.below(6); left > 0; left -= 1) {
    text = random.pick(mutations)(text, random);
    // Doubling and repeating may not run away: most messages are small, and large ones are made on purpose.
    if (text.length > 200_000) text = text.slice(0, 200_000);
  }
  return bytesOf(text);
}

/** A message of about that many bytes: long texts, many segments, many repetitions or many components. */
export function largeMessage(bytes: number, nth: number): Uint8Array {
  const head =
    "MSH|^~\\&|LAB|HOSP|C|C|20260101||ORU^R01^ORU_R01|1|P|2.5.1\rPID|1||1^^^H^MR||Doe^Jane\r";
  const parts = [
    () => `OBR|1||1|X^Y^L\rOBX|1|ED|X^Y^L||^^^Base64^${"QUJD".repeat(bytes / 4)}||||||F\r`,
    () => `OBR|1||1|X^Y^L\r${"OBX|1|NM|X^Y^L||1.50|mg|||||F\r".repeat(bytes / 32)}`,
    () => `OBR|1||1|X^Y^L\rOBX|1|ST|X^Y^L||${"a~".repeat(bytes / 2)}||||||F\r`,
    () => `OBR|1||1|X^Y^L\rOBX|1|CWE|X^Y^L||${"a^".repeat(bytes / 2)}||||||F\r`,
    () => `OBR|1||1|X^Y^L\rNTE|1||${"\\T\\\\.br\\".repeat(bytes / 9)}\r`,
    () => "DG1\rIN1\r".repeat(bytes / 8),
    () => `PV1|1|I${"|".repeat(bytes)}\r`,
    () => `NTE|1||${"\n".repeat(bytes)}\r`,
    () => `OBR|1||1|X^Y^L\rOBX|1|TX|X^Y^L||${"\\".repeat(bytes)}||||||F\r`,
  ];
  return bytesOf(head + (parts[nth % parts.length] as () => string)());
}
export const LARGE_KINDS = 9;
