import { isDeepStrictEqual } from "node:util";
import { DataError, SinkRecord } from "#connect-api";
import {
  BatchReader,
  Hl7EncodeError,
  Hl7ParseError,
  MessageEditor,
  ackMessage,
  eachValue,
  groupMessage,
  parseAck,
  parseMessage,
  readHeader,
  splitBatch,
  validateMessage,
} from "#lib/hl7v2";
import type { Message } from "#lib/hl7v2";
import { convertMessage } from "../../transforms/hl7v2-to-fhir/convert.ts";
import { ValidateFhir } from "../../transforms/validate-fhir/transform.ts";

/** What one message came to. */
export interface Outcome {
  /** What must never be; empty for a good run. */
  readonly problems: readonly string[];
  readonly isParsed: boolean;
  readonly resources: number;
  /** Milliseconds of parse, groups and validation; of conversion and of its validation. */
  readonly readMs: number;
  readonly convertMs: number;
}

const validateFhir = new ValidateFhir();
validateFhir.configure({});

/** Sends one message the whole way and looks whether everything holds that has to. */
export function checkMessage(input: Uint8Array): Outcome {
  const problems: string[] = [];
  const attempt = <T>(what: string, run: () => T): T | undefined => {
    try {
      return run();
    } catch (error) {
      problems.push(
        `${what} threw ${String((error as Error).stack)
          .split("\n")
          .slice(0, 4)
          .join(" ")}`,
      );
      return undefined;
    }
  };
  attempt("answer", () => checkAnswer(input, problems));
  attempt("batch", () => checkBatch(input, problems));
  const started = performance.now();
  const message = attempt("parse", () => parsed(input));
  if (message) {
    attempt("groups", () => checkGroups(message, problems));
    attempt("validate", () => validateMessage(message, 2));
  }
  const readMs = performance.now() - started;
  let [resources, convertMs] = [0, 0];
  if (message) {
    attempt("round trip", () => checkRoundTrip(message, input, problems));
    const before = performance.now();
    resources = attempt("convert", () => checkConversion(message, problems)) ?? 0;
    convertMs = performance.now() - before;
  }
  return { problems, isParsed: message !== undefined, resources, readMs, convertMs };
}

function parsed(input: Uint8Array): Message | undefined {
  try {
    return parseMessage(input);
  } catch (error) {
    if (error instanceof Hl7ParseError) return undefined;
    throw error;
  }
}

/** Whatever comes in: the answer is one message of MSH, MSA and ERR. */
function checkAnswer(input: Uint8Array, problems: string[]): void {
  const options = { code: "AE", controlId: "1", dateTime: "20260101120000+0000" } as const;
  const answer = ackMessage(input, { ...options, errors: [{ code: "207", text: "no" }] });
  if (parseAck(answer).code !== "AE") problems.push("the answer says something else");
  const names = parseMessage(answer).segments.map(({ name }) => name);
  if (!isDeepStrictEqual(names, ["MSH", "MSA", "ERR"]))
    problems.push("the answer has other segments");
}

/** A stream in pieces finds the messages that the whole has. */
function checkBatch(input: Uint8Array, problems: string[]): void {
  let count = 0;
  for (const _ of splitBatch(input)) count += 1;
  const reader = new BatchReader();
  let streamed = 0;
  const half = input.length >> 1;
  for (const part of [input.subarray(0, half), input.subarray(half)]) {
    for (const event of reader.push(part)) if (event.kind === "message") streamed += 1;
  }
  for (const event of reader.end()) if (event.kind === "message") streamed += 1;
  const isWide = input[0] === 0 || input[1] === 0 || (input[0] ?? 0) >= 0xfe;
  if (!isWide && count !== streamed)
    problems.push(`${streamed} messages of a stream, ${count} of the whole`);
}

function checkGroups(message: Message, problems: string[]): void {
  const placed = new Set<unknown>();
  let count = 0;
  for (const { segment } of groupMessage(message).root.walk()) {
    placed.add(segment);
    count += 1;
  }
  if (placed.size !== message.segments.length || count !== placed.size) {
    problems.push("a segment was lost or doubled in the groups");
  }
}

function checkRoundTrip(message: Message, input: Uint8Array, problems: string[]): void {
  if (!isDeepStrictEqual(message.toBytes(), input)) problems.push("the bytes that come out differ");
  let walked = 0;
  eachValue(message, (value, _segment, _field, _repetition, _component, _sub, isNull) => {
    if (!isNull) walked += value.length;
  });
  let read = 0;
  for (const { fields } of message.segments) {
    for (const { repetitions } of fields) {
      for (const { components } of repetitions) {
        for (const component of components) {
          const count = component.subcomponentCount;
          // Asking each of very many by its number takes time squared.
          if (count > 1000) return;
          for (let at = 1; at <= count; at += 1) read += component.subcomponent(at).length;
        }
      }
    }
  }
  if (walked !== read) problems.push(`${walked} characters one way, ${read} the other`);
  if (readHeader(input).messageControlId !== message.header.messageControlId) {
    problems.push("the lazy header says something else");
  }
  checkEdit(message, problems);
}

/** undefined when the header holds characters that its own charset does not have: that is refused. */
function edited(message: Message): Uint8Array | undefined {
  try {
    return new MessageEditor(message).set("MSH-10", HOSTILE).toBytes();
  } catch (error) {
    if (error instanceof Hl7EncodeError) return undefined;
    throw error;
  }
}

const HOSTILE = 'a|b^c&d~e\\f\rPID|9\n\u000B\u001C""';

function checkEdit(message: Message, problems: string[]): void {
  const { length } = message.segments;
  const before = message.header.segment.field(9).text;
  // A header that ends before its control id may run into the line after it.
  if (message.header.segment.fieldCount < 12) return;
  const written = edited(message);
  if (!written) return;
  const changed = parseMessage(written, { forcedCharset: message.charset });
  if (changed.segments.length !== length) problems.push("a value added a segment");
  if (changed.header.segment.field(9).text !== before)
    problems.push("a value changed its neighbour");
}

function checkConversion(message: Message, problems: string[]): number {
  const result = convertMessage(message, {
    timeZone: "UTC",
    receivedAt: "2026-01-01T00:00:00.000Z",
  });
  if ("problem" in result) return 0;
  const made = new Set(
    result.made.map(({ resource }) => `${resource.resourceType}/${resource.id}`),
  );
  for (const { resource } of result.made) {
    try {
      validateFhir.apply(new SinkRecord({ topic: "t", partition: 0, offset: 0, value: resource }));
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      problems.push(`invalid ${resource.resourceType}: ${error.message}`);
    }
    for (const reference of referencesIn(resource)) {
      if (!made.has(reference))
        problems.push(`${resource.resourceType} refers to what was not made`);
    }
  }
  return result.made.length;
}

function* referencesIn(value: unknown): Generator<string> {
  if (value === null || typeof value !== "object") return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === "reference" && typeof inner === "string") {
      if (/^[A-Z][A-Za-z]+\//.test(inner)) yield inner;
    } else yield* referencesIn(inner);
  }
}
