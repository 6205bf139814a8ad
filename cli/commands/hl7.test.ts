import assert from "node:assert/strict";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { ackMessage } from "#lib/hl7v2";
import type { AckCode } from "#lib/hl7v2";
import { generateMessages } from "#lib/hl7v2/simulator";
import { FrameDecoder, encodeFrame } from "#lib/mllp";
import { runCli, temporaryFile } from "../fixtures/run-cli.ts";

const message = (id: string, ...segments: readonly string[]): string =>
  [`MSH|^~\\&|LAB|HOSP|CC|CC|20261101120000||ADT^A01^ADT_A01|${id}|P|2.5.1`, ...segments, ""].join(
    "\r",
  );

const hospital = (seed: number, count: number): string[] =>
  [...generateMessages({ seed, count })].map((each) => new TextDecoder().decode(each));

/** Answers each message with the next code; no code means that it hangs up. */
async function receiver(t: TestContext, codes: readonly (AckCode | undefined)[]) {
  const received: string[] = [];
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    const decoder = new FrameDecoder({ frameBytesMax: 1_000_000, junkBytesMax: 0 });
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      for (const event of decoder.push(chunk)) {
        if (event.kind !== "frame") continue;
        const code = codes[received.push(new TextDecoder().decode(event.payload)) - 1];
        if (!code) {
          socket.destroy();
          return;
        }
        const options = { code, controlId: "1", dateTime: "20261101120000+0000" };
        socket.write(encodeFrame(ackMessage(event.payload, options)));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { to: `127.0.0.1:${port}`, received, connections: () => connections };
}

test("generate prints the same hospital for the same seed, and another for another", async (t) => {
  const generate = (...args: string[]) => runCli(t, ["hl7", "generate", ...args]);

  const [first, again, other] = await Promise.all([
    generate("--seed", "7", "--count", "3", "--format", "ndjson"),
    generate("--seed", "7", "--count", "3", "--format", "ndjson"),
    generate("--seed", "8", "--count", "3", "--format", "ndjson"),
  ]);

  const lines = first.stdout.trim().split("\n");
  assert.deepEqual(
    lines.map((line) => JSON.parse(line) as unknown),
    hospital(7, 3),
  );
  assert.equal(again.stdout, first.stdout);
  assert.notEqual(other.stdout, first.stdout);
  assert.equal(first.stderr, "");
});

test("generate writes lines for people, and blocks for the wire", async (t) => {
  const [plain, blocks] = await Promise.all([
    runCli(t, ["hl7", "generate", "--seed", "7", "--count", "2"]),
    runCli(t, ["hl7", "generate", "--seed", "7", "--count", "2", "--format", "mllp"]),
  ]);

  const [one = "", two = ""] = hospital(7, 2);
  assert.equal(plain.stdout, `${one}\r${two}\r`.replaceAll("\r", "\n"));
  assert.equal(blocks.stdout, `\x0b${one}\x1c\r\x0b${two}\x1c\r`);
});

test("parse prints every filled value with its position, and findings on stderr", async (t) => {
  const text = message(
    "M1",
    "EVN|A01|20261101",
    'PID|1||4711^^^HOSP&2.999&ISO^MR~99^^^NI||O\\T\\Hara^Ann||""',
    "NK1|1|Hara^Bo",
    "NK1|2|Hara^Cy",
  );

  const { stdout, stderr, exitCode } = await runCli(t, ["hl7", "parse", "-"], text);

  const lines = stdout.trim().split("\n");
  assert.equal(exitCode, 0);
  for (const line of [
    "MSH-1\t|",
    "MSH-2\t^~\\&",
    "MSH-9.2\tA01",
    "MSH-10\tM1",
    "PID-3[1].1\t4711",
    "PID-3[1].4.1\tHOSP",
    "PID-3[1].4.3\tISO",
    "PID-3[2].4\tNI",
    "PID-5.1\tO&Hara",
    'PID-7\t""',
    "NK1[2]-2.2\tCy",
  ]) {
    assert.ok(lines.includes(line), `${line} in\n${stdout}`);
  }
  // PV1 is required in ADT^A01.
  assert.match(stderr, /^\w+ \w+ at \S+: /);
});

test("parse reads what generate writes, in each form that holds messages", async (t) => {
  for (const format of ["hl7", "mllp"]) {
    const generated = await runCli(t, [
      ...["hl7", "generate", "--seed", "7", "--count", "3", "--format", format],
    ]);

    const { stdout } = await runCli(t, ["hl7", "parse", "-"], generated.stdout);

    const ids = [...stdout.matchAll(/^MSH-10\t(.*)$/gm)].map(([, id]) => id);
    assert.deepEqual(
      ids,
      hospital(7, 3).map((each) => each.split("|")[9]),
    );
  }
});

test("send delivers every message of a file as it is, and counts answers", async (t) => {
  const messages = hospital(7, 4);
  const target = await receiver(t, ["AA", "AA", "CA", "AA"]);
  const file = temporaryFile(t, "day.hl7", `${messages.join("\r").replaceAll("\r", "\n")}\n`);

  const { stdout, stderr, exitCode } = await runCli(t, ["hl7", "send", file, "--to", target.to]);

  assert.equal(stderr, "");
  assert.equal(exitCode, 0);
  assert.deepEqual(target.received, messages);
  const result = JSON.parse(stdout) as { milliseconds: object; seconds: number };
  assert.deepEqual(result, { ...result, sent: 4, answers: { AA: 3, CA: 1 } });
  assert.deepEqual(Object.keys(result.milliseconds), ["median", "p99"]);
});

test("send reads MLLP blocks, batches and messages without a last line end alike", async (t) => {
  const [one = "", two = ""] = hospital(7, 2);
  const forms = {
    blocks: `\x0b${one}\x1c\r\x0b${two}\x1c\r`,
    batch: `FHS|^~\\&|LAB\rBHS|^~\\&|LAB\r${one}${two}BTS|2\rFTS|1\r`,
    open: `${one}${two.slice(0, -1)}`,
  };
  for (const [form, content] of Object.entries(forms)) {
    const target = await receiver(t, ["AA", "AA"]);
    const { exitCode, stderr } = await runCli(t, ["hl7", "send", "-", "--to", target.to], content);

    assert.equal(stderr, "", form);
    assert.equal(exitCode, 0);
    assert.deepEqual(
      target.received.map((each) => each.trimEnd()),
      [one.trimEnd(), two.trimEnd()],
      form,
    );
  }
});

test("send tells how many were not accepted, and fails", async (t) => {
  const target = await receiver(t, ["AA", "AE", "AR"]);

  const { stdout, stderr, exitCode } = await runCli(
    t,
    ["hl7", "send", "-", "--to", target.to],
    message("M1") + message("M2") + message("M3"),
  );

  const { answers } = JSON.parse(stdout) as { answers: unknown };
  assert.deepEqual(answers, { AA: 1, AE: 1, AR: 1 });
  assert.equal(stderr, "2 of 3 were not accepted\n");
  assert.equal(exitCode, 1);
});

test("a receiver that hangs up leaves the count of what it answered", async (t) => {
  const target = await receiver(t, ["AA", undefined]);

  const { stdout, stderr, exitCode } = await runCli(
    t,
    ["hl7", "send", "-", "--to", target.to],
    message("M1") + message("M2") + message("M3"),
  );

  const result = JSON.parse(stdout) as { sent: number; answers: unknown };
  assert.deepEqual(result, { ...result, sent: 1, answers: { AA: 1 } });
  assert.equal(stderr, "The connection was closed before the answer; 2 of 3 have no answer\n");
  assert.equal(exitCode, 1);
});

test("a receiver that is not there is one clear sentence", async (t) => {
  const target = await receiver(t, []);
  const to = target.to.replace(/:\d+$/, ":1");

  const { stdout, stderr, exitCode } = await runCli(
    t,
    ["hl7", "send", "-", "--to", to],
    message("M1"),
  );

  assert.equal(stdout, "");
  assert.equal(stderr, "No connection to 127.0.0.1:1\n");
  assert.equal(exitCode, 1);
});

test("send uses the connections that it may, and no more than there are messages", async (t) => {
  const target = await receiver(
    t,
    Array.from({ length: 9 }, () => "AA" as const),
  );
  const send = (input: string) =>
    runCli(t, ["hl7", "send", "-", "--to", target.to, "--connections", "3"], input);

  await send(hospital(7, 6).join(""));
  assert.equal(target.connections(), 3);
  await send(message("M1"));
  assert.equal(target.connections(), 4);
  assert.equal(target.received.length, 7);
});

test("--rate is kept: ten messages at 50 a second are not sent in one go", async (t) => {
  const target = await receiver(
    t,
    Array.from({ length: 10 }, () => "AA" as const),
  );

  const { stdout } = await runCli(
    t,
    ["hl7", "send", "-", "--to", target.to, "--rate", "50"],
    hospital(7, 10).join(""),
  );

  const { seconds } = JSON.parse(stdout) as { seconds: number };
  assert.ok(seconds >= 0.17, `${seconds} s`);
});

test("parse names what each value is, and shows the groups", async (t) => {
  const input = message("M1", "EVN||1", "PID|1||7^^^N^MR||Doe^Jane", "IN1|1", "IN2|1");
  const [names, groups] = await Promise.all([
    runCli(t, ["hl7", "parse", "-", "--names"], input),
    runCli(t, ["hl7", "parse", "-", "--groups"], input),
  ]);

  assert.match(names.stdout, /^PID-3\.5\tMR\tPatient Identifier List, Identifier Type Code$/m);
  assert.match(names.stdout, /^PID-1\t1\tSet ID - PID$/m);
  assert.match(groups.stdout, /^ {2}INSURANCE\n {4}IN1\tInsurance\n {4}IN2\t/m);
});

test("validate tells code and place, and its exit says whether there was an error", async (t) => {
  const good = message("M1", "EVN||20260101", "PID|1||7||Doe", "PV1||I");
  const bad = message("M2", "EVN||20260101");
  const run = (args: readonly string[], input: string) =>
    runCli(t, ["hl7", "validate", "-", ...args], input);
  const [fine, wrong, json, profile] = await Promise.all([
    run([], good),
    run([], good + bad),
    run(["--json"], bad),
    run(["--profile", "schemas/hl7v2/profiles/northmere-adt.json"], good),
  ]);

  assert.deepEqual([fine.exitCode, fine.stdout, fine.stderr], [0, "", "1 messages, 0 errors\n"]);
  assert.equal(wrong.exitCode, 1);
  assert.match(wrong.stdout, /^message 2: error HL7_SEGMENT_MISSING at PID: /m);
  assert.equal(
    (JSON.parse(json.stdout.split("\n")[0] ?? "") as { position: string }).position,
    "PID",
  );
  assert.match(profile.stdout, /error HL7_PROFILE_CODE at MSH-3\.1/);
});

for (const [what, args] of [
  ["level 3 without a profile", ["-", "--level", "3"]],
  ["a level that is none", ["-", "--level", "9"]],
  ["no file", []],
] as const) {
  test(`validate with ${what} is not understood`, async (t) => {
    assert.equal((await runCli(t, ["hl7", "validate", ...args], "")).exitCode, 2);
  });
}

test("convert prints a bundle for each message, and with --report what became of each field", async (t) => {
  const text = message("M1", "PID|1||4711^^^HOSP^MR||Hara^Ann", "PV1|1|I|W1", "ZZ1|1|x");

  const [bundle, report] = await Promise.all([
    runCli(t, ["hl7", "convert", "-", "--bundle", "message"], text),
    runCli(t, ["hl7", "convert", "-", "--report"], text),
  ]);

  const { type, entry } = JSON.parse(bundle.stdout) as {
    type: string;
    entry: readonly { resource: { resourceType: string } }[];
  };
  assert.equal(type, "message");
  assert.equal(entry[0]?.resource.resourceType, "MessageHeader");
  assert.match(report.stdout, /^PID-5\tmapped\tPatient\.name \(\d+\)$/m);
  assert.match(report.stdout, /^PID-1\tignored\t/m);
  assert.match(report.stdout, /^ZZ1-2\tunmapped\tthe segment is not converted$/m);
  assert.doesNotMatch(report.stdout, /Hara|4711/);
  assert.match(report.stderr, /^ADT_A01: \d+ fields mapped, \d+ ignored on purpose, 2 unmapped\n$/);
});

test("convert says why a message makes nothing, and fails", async (t) => {
  const text = message("M1", "PID|1||4711").replace("ADT^A01", "ZZZ^Z01");

  const { stdout, stderr, exitCode } = await runCli(t, ["hl7", "convert", "-"], text);

  assert.equal(exitCode, 1);
  assert.equal(stdout, "");
  assert.match(stderr, /^HL7_TRIGGER_UNSUPPORTED: /);
});
