// How many HL7 v2 messages per second of one core this parser and those of npm read: the same messages, in one run.
//
//   npm run bench:hl7v2 [-- --seconds 0.2 --rounds 7]
//
// Three jobs. "five header fields": MSH-3, MSH-4, MSH-9.1, MSH-9.2 and MSH-10, as a listener needs them; the others have no
// way but to parse the message for it. "one value": parse and read PID-3.1. "every value": parse, and read every
// sub-component, with its escapes decoded where the parser decodes any.
//
// Time is that of the main thread on its core (process.threadCpuUsage), so that other work of the machine does not count; a
// figure is the median of rounds that take turns. Bytes are the input of ours, text that of the others, which saves
// them the decoding.
import { createRequire } from "node:module";
import { parseArgs } from "node:util";
import { eachValue, parseMessage, readHeader } from "#lib/hl7v2";
import { ADT, ORU } from "./messages.ts";

const require = createRequire(import.meta.url);

interface Parser {
  readonly name: string;
  /** What it leaves out. */
  readonly remark: string;
  /** Each gives back a length or count, so that nothing can be left out. */
  readonly header: (message: Message) => number;
  readonly oneValue: (message: Message) => number;
  readonly everyValue?: (message: Message) => number;
}

interface Message {
  readonly text: string;
  readonly bytes: Uint8Array;
}

// Some of the measured packages have no types, and each has a shape of its own: what is written here of them is checked by running it.
// oxlint-disable-next-line typescript/no-explicit-any -- a declaration for each package would only repeat the calls below
type Loose = any;

const sum = (...texts: readonly (string | undefined)[]): number =>
  texts.reduce((total, text) => total + (text?.length ?? 0), 0);

function leaves(value: unknown): number {
  if (typeof value === "string") return value.length;
  let total = 0;
  if (value !== null && typeof value === "object") {
    for (const inner of Object.values(value)) total += leaves(inner);
  }
  return total;
}

function ours(): readonly Parser[] {
  const header = ({ bytes }: Message): number => {
    const read = readHeader(bytes);
    return sum(
      read.sendingApplication,
      read.sendingFacility,
      read.messageCode,
      read.triggerEvent,
      read.messageControlId,
    );
  };
  const oneValue = ({ bytes }: Message): number => sum(parseMessage(bytes).get("PID-3.1"));
  return [
    {
      name: "clinical-connect",
      remark: "every value through eachValue",
      header,
      oneValue,
      everyValue({ bytes }) {
        let total = 0;
        eachValue(parseMessage(bytes), (value) => {
          total += value.length;
        });
        return total;
      },
    },
    {
      name: "clinical-connect (objects)",
      remark: "every value through segment, field, repetition, component",
      header,
      oneValue,
      everyValue({ bytes }) {
        let total = 0;
        for (const { fields } of parseMessage(bytes).segments) {
          for (const { repetitions } of fields) {
            for (const { components } of repetitions) {
              for (const component of components) {
                const count = component.subcomponentCount;
                for (let at = 1; at <= count; at += 1) total += component.subcomponent(at).length;
              }
            }
          }
        }
        return total;
      },
    },
  ];
}

function medplum(): Parser {
  const { Hl7Message } = require("@medplum/core") as Loose;
  return {
    name: "@medplum/core",
    remark: "decodes no escapes, splits no sub-components",
    header({ text }) {
      const msh = Hl7Message.parse(text).getSegment("MSH");
      return sum(
        msh.getField(3).getComponent(1),
        msh.getField(4).getComponent(1),
        msh.getField(9).getComponent(1),
        msh.getField(9).getComponent(2),
        msh.getField(10).toString(),
      );
    },
    oneValue: ({ text }) =>
      sum(Hl7Message.parse(text).getSegment("PID").getField(3).getComponent(1)),
    everyValue({ text }) {
      let total = 0;
      for (const segment of Hl7Message.parse(text).segments) {
        for (const field of segment.fields) {
          for (const repetition of field.components) {
            for (const component of repetition) total += component.length;
          }
        }
      }
      return total;
    },
  };
}

function nodeHl7Client(): Parser {
  const { Message: Peer } = require("node-hl7-client") as Loose;
  return {
    name: "node-hl7-client",
    remark: "reads lazily; has no way to walk all values",
    header({ text }) {
      const message = new Peer({ text });
      return sum(
        message.get("MSH.3").toString(),
        message.get("MSH.4").toString(),
        message.get("MSH.9.1").toString(),
        message.get("MSH.9.2").toString(),
        message.get("MSH.10").toString(),
      );
    },
    oneValue: ({ text }) => sum(new Peer({ text }).get("PID.3.1").toString()),
  };
}

function hl7v2(): Parser {
  const { HL7Message } = require("hl7v2") as Loose;
  return {
    name: "hl7v2",
    remark: "no sub-components",
    header({ text }) {
      const msh = HL7Message.parse(text).getSegment("MSH");
      return sum(
        msh.field(3).getValue(1),
        msh.field(4).getValue(1),
        msh.field(9).getValue(1),
        msh.field(9).getValue(2),
        msh.field(10).getValue(),
      );
    },
    oneValue: ({ text }) => sum(HL7Message.parse(text).getSegment("PID").field(3).getValue(1)),
  };
}

function redox(): Parser {
  const { Parser: Peer } = require("@redoxengine/redox-hl7-v2") as Loose;
  const parser = new Peer();
  return {
    name: "@redoxengine/redox-hl7-v2",
    remark: "builds a tree of all values at once",
    header({ text }) {
      const msh = parser.parse(text).MSH;
      return sum(msh[3][1], msh[4][1], msh[9][1], msh[9][2], msh[10]);
    },
    oneValue: ({ text }) => leaves(parser.parse(text).MSH[10]),
    everyValue: ({ text }) => leaves(parser.parse(text)),
  };
}

function hl7Standard(): Parser {
  const Peer = require("hl7-standard") as Loose;
  const parse = (text: string): Loose => {
    const message = new Peer(text);
    message.transform();
    return message;
  };
  return {
    name: "hl7-standard",
    remark: "fixed delimiters, decodes no escapes",
    header({ text }) {
      const message = parse(text);
      return sum(
        message.get("MSH.3.1") ?? message.get("MSH.3"),
        message.get("MSH.4.1"),
        message.get("MSH.9.1"),
        message.get("MSH.9.2"),
        message.get("MSH.10"),
      );
    },
    oneValue: ({ text }) => sum(parse(text).get("PID.3.1")),
    everyValue: ({ text }) => leaves(parse(text).transformed),
  };
}

function simpleHl7(): Parser {
  const { Parser: Peer } = require("simple-hl7") as Loose;
  const parser = new Peer();
  return {
    name: "simple-hl7",
    remark: "fixed delimiters, decodes no escapes",
    header({ text }) {
      const { header } = parser.parse(text);
      return sum(header.getField(1), header.getField(2), header.getField(7), header.getField(8));
    },
    oneValue: ({ text }) => sum(parser.parse(text).getSegment("PID").getField(3)),
  };
}

function amida(): Parser {
  const { parseString } = require("hl7") as Loose;
  return {
    name: "hl7 (amida)",
    remark: "decodes no escapes",
    header({ text }) {
      const [msh] = parseString(text);
      return sum(msh[3][0][0], msh[4][0][0], msh[9][0][0], msh[9][0][1], msh[10][0][0]);
    },
    oneValue: ({ text }) => sum(parseString(text)[2][3][0][0]),
    everyValue: ({ text }) => leaves(parseString(text)),
  };
}

/** Messages per second of one core; how often it ran is enough for a microsecond's resolution. */
function rate(job: (message: Message) => number, message: Message, seconds: number): number {
  let [count, kept] = [0, 0];
  const until = performance.now() + seconds * 1000;
  const before = process.threadCpuUsage();
  while (performance.now() < until) {
    for (let turn = 0; turn < 20; turn += 1) kept += job(message);
    count += 20;
  }
  const { user, system } = process.threadCpuUsage(before);
  if (kept < 0) throw new Error("a length is below zero");
  return (count / (user + system)) * 1_000_000;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const { values: options } = parseArgs({
  options: {
    seconds: { type: "string", default: "0.15" },
    rounds: { type: "string", default: "7" },
  },
});
const message = (text: string): Message => ({ text, bytes: new TextEncoder().encode(text) });
const [adt, oru] = [message(ADT), message(ORU)];
const parsers = [
  ...ours(),
  medplum(),
  nodeHl7Client(),
  hl7v2(),
  redox(),
  hl7Standard(),
  simpleHl7(),
  amida(),
];
const jobs = [
  ["five header fields", (parser: Parser) => parser.header, adt],
  ["ADT, one value", (parser: Parser) => parser.oneValue, adt],
  ["ADT, every value", (parser: Parser) => parser.everyValue, adt],
  ["ORU of 50 OBX, every value", (parser: Parser) => parser.everyValue, oru],
] as const;

const rates = new Map<string, number[]>();
for (let round = 0; round <= Number(options.rounds); round += 1) {
  for (const [title, jobOf, input] of jobs) {
    for (const parser of parsers) {
      const job = jobOf(parser);
      if (!job) continue;
      const measured = rate(job, input, Number(options.seconds));
      const key = `${title}\t${parser.name}`;
      // The first round warms up.
      if (round > 0) rates.set(key, [...(rates.get(key) ?? []), measured]);
    }
  }
}

const table: Record<string, Record<string, number | string>> = {};
for (const { name, remark } of parsers) {
  const row: Record<string, number | string> = {};
  for (const [title] of jobs) {
    const measured = rates.get(`${title}\t${name}`);
    row[title] = measured ? Math.round(median(measured)) : "-";
  }
  table[name] = { ...row, remark };
}
console.log("Messages per second of one core, medians:");
console.table(table);
for (const [title] of jobs) {
  const of = (name: string): number => median(rates.get(`${title}\t${name}`) ?? [0]);
  const peers = parsers.slice(2).map(({ name }) => ({ name, rate: of(name) }));
  const best = peers.toSorted((a, b) => b.rate - a.rate)[0];
  const ratio = (of("clinical-connect") / (best?.rate ?? 1)).toFixed(1);
  console.log(`${title}: ${ratio} times the best peer (${best?.name})`);
}
