// One sender of another make, as a process of its own: `npm-sender.ts NAME PORT COUNT NOTE_BYTES`.
//
// It sends so many messages, every tenth with a note of so many bytes (more than one TCP segment), and prints one line
// for each answer: MSA-1, tab, MSA-2.
import { createRequire } from "node:module";

const [name = "", portText = "", countText = "", bytesText = ""] = process.argv.slice(2);
const port = Number(portText);
const host = "127.0.0.1";
const require = createRequire(import.meta.url);

const ids = Array.from({ length: Number(countText) }, (_, nth) => `${name}-${nth}`);
const note = `NTE|1||${"x".repeat(Number(bytesText))}`;

function textOf(id: string, nth: number, version = "2.5.1"): string {
  const segments = [
    `MSH|^~\\&|${name}|H|CC|CX|20260101120000||ADT^A01^ADT_A01|${id}|P|${version}`,
    "EVN|A01|20260101",
    "PID|1||4711^^^H^MR||Invented^Name",
    ...(nth % 10 === 9 ? [note] : []),
    "PV1|1|I",
  ];
  return segments.join("\r");
}

function told(code: string | undefined, id: string | undefined): void {
  process.stdout.write(`${code}\t${id}\n`);
}

/** All at once on one connection, answers by control id. */
async function medplum(): Promise<void> {
  const { Hl7Message } = await import("@medplum/core");
  const { Hl7Client } = await import("@medplum/hl7");
  const client = new Hl7Client({ host, port });
  const answers = await Promise.all(
    ids.map((id, nth) => client.sendAndWait(Hl7Message.parse(textOf(id, nth)) as never)),
  );
  for (const answer of answers) {
    const msa = answer.getSegment("MSA");
    told(msa?.getField(1)?.toString(), msa?.getField(2)?.toString());
  }
  await client.close();
}

/**
 * One connection; the next message when the last has its answer.
 *
 * A caller of its version 4.0.0 that does not wait hangs, whoever the receiver is: a message that is sent before the answer
 * goes to a queue which is emptied at the next connect alone, and there each of them is put back while the first one waits for its
 * answer, in a loop of promises that keeps the answer from ever being read.
 */
async function nodeHl7Client(): Promise<void> {
  const { default: Client, Message } = await import("node-hl7-client");
  const client = new Client({ host, version: "2.5.1" });
  let answered = (): void => {};
  const connection = client.createConnection({ port, version: "2.5.1" }, async (response) => {
    const message = response.getMessage();
    told(message.get("MSA.1").toString(), message.get("MSA.2").toString());
    answered();
  });
  for (const [nth, id] of ids.entries()) {
    const isAnswered = new Promise<void>((resolve) => {
      answered = resolve;
    });
    await connection.sendMessage(new Message({ text: textOf(id, nth) }));
    await isAnswered;
  }
  await client.closeAll();
}

/** A connection for each message. */
async function mllpNode(): Promise<void> {
  const { MLLPServer } = require("mllp-node") as {
    MLLPServer: new (
      host: string,
      port: string,
      log: () => void,
    ) => {
      send(
        host: string,
        port: number,
        text: string,
        done: (error: unknown, msa: string) => void,
      ): void;
    };
  };
  // It also listens, on a free port.
  const peer = new MLLPServer(host, "0", () => {});
  for (const [nth, id] of ids.entries()) {
    const msa = await new Promise<string>((resolve, reject) => {
      peer.send(host, port, textOf(id, nth), (error, answer) =>
        error ? reject(error as Error) : resolve(answer),
      );
    });
    const [, code, own] = msa.split("|");
    told(code, own);
  }
}

/** One connection, one message at a time. */
async function simpleHl7(): Promise<void> {
  const hl7 = require("simple-hl7") as {
    Server: { createTcpClient(host: string, port: number): SimpleClient };
    Parser: new () => { parse(text: string): unknown };
  };
  interface SimpleClient {
    connect(done: (error: unknown) => void): void;
    send(message: unknown, done: (error: unknown, answer: SimpleMessage) => void): void;
    close(): void;
  }
  interface SimpleMessage {
    getSegment(name: string): { getField(position: number): unknown };
  }
  const client = hl7.Server.createTcpClient(host, port);
  const parser = new hl7.Parser();
  for (const [nth, id] of ids.entries()) {
    const answer = await new Promise<SimpleMessage>((resolve, reject) => {
      client.send(parser.parse(`${textOf(id, nth)}\r`), (error, each) =>
        error ? reject(error as Error) : resolve(each),
      );
    });
    const msa = answer.getSegment("MSA");
    told(String(msa.getField(1)), String(msa.getField(2)));
  }
  client.close();
}

const senders: Readonly<Record<string, () => Promise<void>>> = {
  "@medplum/hl7": medplum,
  "node-hl7-client": nodeHl7Client,
  "mllp-node": mllpNode,
  "simple-hl7": simpleHl7,
};
await senders[name]?.();
process.exit(0);
