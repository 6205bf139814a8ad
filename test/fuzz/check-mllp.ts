import { FrameDecoder } from "#lib/mllp";
import type { MllpEvent } from "#lib/mllp";
import { accepted, refused } from "../../connectors/mllp-source/answer.ts";
import { configDef } from "../../connectors/mllp-source/config.ts";
import { Exchange } from "../../connectors/mllp-source/exchange.ts";
import { Intake } from "../../connectors/mllp-source/intake.ts";
import { StoredProof } from "../../connectors/mllp-source/stored-proof.ts";
import { mutatedMessage } from "./mutate-hl7v2.ts";
import type { Random } from "./random.ts";

const VT = 0x0b;
const FS = 0x1c;
const SPACE = 0x20;
const FRAME_BYTES_MAX = 1024 * 1024;
const intake = new Intake(configDef.parse({ "mllp.port": "0", "mllp.validation.level": "1" }));
const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

/** What one connection sends: bytes, and which messages stand in them whole. */
export interface FuzzStream {
  readonly bytes: Buffer;
  readonly whole: readonly Buffer[];
  readonly frames: number;
}

const ENDS = ["\u001c\r", "\u001c\r", "\u001c\r\n", "\u001c\n", "\u001c"];
const LITTER = [
  "",
  "",
  "",
  "\n",
  "\r\n",
  "\0",
  " \t",
  "junk",
  "\u001c",
  "\u001c\r",
  "HTTP/1.1\r\n",
];

/** So many frames, some of them cut, fused, littered, or full of line noise. */
export function fuzzStream(
  sources: readonly string[],
  seed: number,
  from: number,
  count: number,
  random: Random,
): FuzzStream {
  const pieces: Buffer[] = [];
  const whole: Buffer[] = [];
  let isEndOpen = false;
  for (let nth = from; nth < from + count; nth += 1) {
    const message = Buffer.from(mutatedMessage(sources, seed, nth));
    const litter = LITTER[random.below(LITTER.length)] ?? "";
    const kind = random.below(20);
    const noise = Buffer.from(Array.from({ length: random.below(40) }, () => random.below(256)));
    const next = Buffer.concat([Buffer.from(litter, "latin1"), kind === 1 ? noise : Buffer.of(VT)]);
    // An end byte that text follows belongs to its message, which is another one then.
    if (isEndOpen && (next[0] ?? 0) > SPACE) whole.pop();
    pieces.push(Buffer.from(litter, "latin1"));
    // Noise of no length leaves open what was open.
    isEndOpen &&= next.length === 0;
    if (kind === 0) {
      pieces.push(Buffer.of(VT), message.subarray(0, random.below(message.length + 1)));
    } else if (kind === 1) {
      pieces.push(noise);
    } else {
      const end = ENDS[random.below(ENDS.length)] ?? "\u001c\r";
      const isClean = !message.includes(VT) && !message.includes(FS);
      pieces.push(Buffer.of(VT), message, Buffer.from(end, "latin1"));
      isEndOpen = end === "\u001c" && isClean;
      if (isClean) whole.push(message);
    }
  }
  return { bytes: Buffer.concat(pieces), whole, frames: count };
}

function decode(bytes: Buffer, random: Random): MllpEvent[] {
  const decoder = new FrameDecoder({
    frameBytesMax: FRAME_BYTES_MAX,
    junkBytesMax: Number.MAX_SAFE_INTEGER,
  });
  const events: MllpEvent[] = [];
  for (let at = 0; at < bytes.length;) {
    const next = at + 1 + random.below(random.below(4) === 0 ? 4 : 4000);
    events.push(...decoder.push(bytes.subarray(at, next)));
    at = next;
  }
  events.push(...decoder.flush());
  return events;
}

/** What did not hold of one stream; empty when all did. */
export function checkStream({ bytes, whole }: FuzzStream, random: Random): string[] {
  const problems = new Set<string>();
  const events = decode(bytes, random);
  if (latin1(join(events)) !== latin1(join(decode(bytes, random)))) {
    problems.add("other cuts make other frames");
  }
  let from = 0;
  let nextWhole = 0;
  for (const event of events) {
    if (event.kind !== "frame") continue;
    const payload = Buffer.from(event.payload);
    if (payload.includes(VT)) problems.add("a frame holds the start of another");
    const at = bytes.indexOf(Buffer.concat([Buffer.of(VT), payload, Buffer.of(FS)]), from);
    if (at < 0) problems.add("a frame is not what stood between two marks");
    else from = at + payload.length + 2;
    if (whole[nextWhole]?.equals(payload)) nextWhole += 1;
  }
  if (nextWhole < whole.length) problems.add("a whole message did not come out");
  for (const event of events) {
    const problem = checkAnswer(event);
    if (problem) problems.add(problem);
  }
  return [...problems];
}

function join(events: readonly MllpEvent[]): Buffer {
  return Buffer.concat(
    events.flatMap((event) =>
      "payload" in event
        ? [Buffer.from(`${event.kind}:`), event.payload]
        : [Buffer.from(event.kind)],
    ),
  );
}

/** The answer is one frame of MSH, MSA and ERR, whatever the message holds. */
function checkAnswer(event: MllpEvent): string | undefined {
  if (event.kind !== "frame") return undefined;
  const exchange = new Exchange(
    {
      payload: event.payload,
      receivedAt: 0,
      dueAt: Infinity,
      sequence: 0,
      origin: { address: "192.0.2.1", identity: undefined, maySpeakFor: () => true },
      framing: undefined,
    },
    () => {},
  );
  let frames: readonly Uint8Array[];
  try {
    const { verdict } = intake.judge(exchange);
    const to = { payload: verdict.answerTo, header: verdict.header, plan: verdict.plan };
    const { refusal } = verdict;
    frames = refusal
      ? refused(to, refusal.ack, [{ code: refusal.condition, text: refusal.text }])
      : accepted(to, StoredProof.ofStoredOffset());
  } catch (error) {
    return `judging or answering throws ${(error as Error).name}: ${(error as Error).stack?.split("\n")[1]?.trim()}`;
  }
  for (const frame of frames) {
    const text = latin1(frame);
    if (!/^\u000b[^\u000b\u001c]*\u001c\r$/.test(text)) return "an answer is not one frame";
    const names = text
      .slice(1, -3)
      .split("\r")
      .map((line) => line.slice(0, 3));
    if (!/^MSH,MSA(,ERR)*$/.test(names.join())) return `an answer has segments ${names.join()}`;
  }
  return undefined;
}
