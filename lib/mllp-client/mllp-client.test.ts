import assert from "node:assert/strict";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { FrameDecoder, encodeFrame } from "#lib/mllp";
import { MllpClient } from "./mllp-client.ts";
import type { MllpClientOptions } from "./mllp-client.ts";

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
const message = bytes("MSH|^~\\&|A|B|C|D|1||ADT^A01|M1|P|2.5.1\r");
const other = bytes("MSH|^~\\&|A|B|C|D|1||ADT^A01|M2|P|2.5.1\r");
const acknowledgment = (code: string, id: string, rest = ""): Uint8Array =>
  bytes(`MSH|^~\\&|C|D|A|B|1||ACK|X1|P|2.5.1\rMSA|${code}|${id}\r${rest}`);

/** A client of a receiver that does with each message what the test says. */
async function clientOf(
  t: TestContext,
  receive: (socket: Socket, payload: Uint8Array) => void,
  options: Partial<MllpClientOptions> = {},
): Promise<MllpClient> {
  const server = createServer((socket) => {
    const decoder = new FrameDecoder({ frameBytesMax: 1 << 20, junkBytesMax: 0 });
    t.after(() => socket.destroy());
    socket.on("error", () => {});
    socket.on("data", (chunk: Uint8Array) => {
      for (const event of decoder.push(chunk)) {
        if (event.kind === "frame") receive(socket, event.payload);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const client = await MllpClient.connect({
    host: "127.0.0.1",
    port,
    answerTimeoutMs: 5000,
    ...options,
  });
  t.after(() => client.close());
  return client;
}

test("the answer to a message: code, control id and errors", async (t) => {
  const error = "ERR|||101^Required field missing^HL70357|E\r";
  const client = await clientOf(t, (socket, payload) => {
    assert.deepEqual(Uint8Array.from(payload), message);
    socket.write(encodeFrame(acknowledgment("AE", "M1", error)));
  });

  const { code, controlId, errorCodes } = await client.send(message);

  assert.deepEqual(
    { code, controlId, errorCodes },
    { code: "AE", controlId: "M1", errorCodes: ["101"] },
  );
});

test("messages one after the other, answers in pieces", async (t) => {
  const client = await clientOf(t, (socket) => {
    for (const byte of encodeFrame(acknowledgment("AA", "M1"))) socket.write(Uint8Array.of(byte));
  });

  for (let nth = 0; nth < 3; nth += 1) assert.equal((await client.send(message)).code, "AA");
});

test("an answer without its carriage return counts after a moment of quiet", async (t) => {
  const client = await clientOf(t, (socket) => {
    socket.write(encodeFrame(acknowledgment("AA", "M1")).subarray(0, -1));
  });

  assert.equal((await client.send(message)).code, "AA");
  assert.equal((await client.send(message)).code, "AA");
});

test("without an answer in time the connection is closed, so that a late one is nobody's", async (t) => {
  const client = await clientOf(t, () => {}, { answerTimeoutMs: 100 });

  await assert.rejects(client.send(message), { code: "MLLP_TIMEOUT" });

  assert.equal(client.isClosed, true);
  await assert.rejects(client.send(message), { code: "MLLP_CLOSED" });
});

test("a connection that ends before the answer is an error", async (t) => {
  const client = await clientOf(t, (socket) => socket.destroy());

  await assert.rejects(client.send(message), { code: "MLLP_CLOSED" });
});

test("an answer to another message is no answer, and the connection is closed", async (t) => {
  const client = await clientOf(t, (socket) =>
    socket.write(encodeFrame(acknowledgment("AA", "OTHER"))),
  );

  await assert.rejects(client.send(message), { code: "MLLP_ANSWER_INVALID" });

  assert.equal(client.isClosed, true);
});

test("a second answer to a former message is passed over, and told of", async (t) => {
  const stray: string[] = [];
  let isFirst = true;
  const client = await clientOf(
    t,
    (socket) => {
      const first = encodeFrame(acknowledgment("AA", "M1"));
      if (isFirst) socket.write(Buffer.concat([first, first]));
      else socket.write(Buffer.concat([first, encodeFrame(acknowledgment("AE", "M2"))]));
      isFirst = false;
    },
    { onStray: ({ controlId }) => void stray.push(controlId) },
  );

  assert.equal((await client.send(message)).code, "AA");
  assert.equal(client.hasSent("M1"), true);
  assert.equal((await client.send(other)).code, "AE");
  assert.deepEqual(stray, ["M1", "M1"]);
});

test("an answer that nobody waits for closes the connection", async (t) => {
  const client = await clientOf(t, (socket) => {
    socket.write(encodeFrame(acknowledgment("AA", "M1")));
    socket.write(encodeFrame(acknowledgment("AA", "NEVER")));
  });

  assert.equal((await client.send(message)).code, "AA");

  await assert.rejects(client.send(other));
  assert.equal(client.isClosed, true);
});

test("a positive answer that names no message counts only when that is wished", async (t) => {
  const receive = (socket: Socket): void =>
    void socket.write(encodeFrame(acknowledgment("AA", "")));
  const strict = await clientOf(t, receive, { acceptsUnnamed: false });
  const lenient = await clientOf(t, receive);

  await assert.rejects(strict.send(message), { code: "MLLP_ANSWER_INVALID" });
  assert.equal((await lenient.send(message)).code, "AA");
});

test("the commit block of MLLP release 2 is an answer", async (t) => {
  const blocks = [0x06, 0x15];
  const client = await clientOf(
    t,
    (socket) => void socket.write(encodeFrame(Uint8Array.of(blocks.shift() ?? 0))),
  );

  assert.equal((await client.send(message)).code, "CA");
  assert.equal((await client.send(message)).code, "CE");
});

test("a refusal that names no message is taken for the one that waits", async (t) => {
  const client = await clientOf(t, (socket) => socket.write(encodeFrame(acknowledgment("AR", ""))));

  assert.equal((await client.send(message)).code, "AR");
});

for (const [what, answer] of [
  ["text that is no acknowledgment", encodeFrame(bytes("thank you"))],
  ["bytes outside of a block", bytes("HTTP/1.1 400 Bad Request\r\n")],
] as const) {
  test(`${what} is not an answer`, async (t) => {
    const client = await clientOf(t, (socket) => socket.write(answer));

    await assert.rejects(client.send(message), { code: "MLLP_ANSWER_INVALID" });
  });
}

test("nobody listens: an error that names the address", async (t) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  t.diagnostic(`port ${port}`);

  await assert.rejects(MllpClient.connect({ host: "127.0.0.1", port }), {
    code: "MLLP_CONNECT",
    message: `No connection to 127.0.0.1:${port}`,
  });
});
