import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { SyslogSender, readSyslogTarget } from "./syslog-sender.ts";
import { syslogMessage } from "./syslog-message.ts";

test("a message has RFC 5424's header, and nothing breaks out of it", () => {
  const text = syslogMessage(
    {
      facility: 10,
      severity: 5,
      at: "2026-01-01T00:00:00.000Z",
      hostname: "node one\n",
      appName: "",
      procId: "42",
      msgId: "IHE+RFC-3881",
    },
    "<AuditMessage/>",
  );

  assert.equal(
    text,
    "<85>1 2026-01-01T00:00:00.000Z nodeone - 42 IHE+RFC-3881 - \uFEFF<AuditMessage/>",
  );
});

test("targets are read with their standard ports", () => {
  assert.deepEqual(readSyslogTarget("tls://audit.example"), {
    protocol: "tls",
    host: "audit.example",
    port: 6514,
  });
  assert.deepEqual(readSyslogTarget("udp://[::1]:1514"), {
    protocol: "udp",
    host: "::1",
    port: 1514,
  });
  for (const text of ["audit.example", "http://a", "tls://a:0", "tls://a:99999", "tls://a/b"]) {
    assert.equal(readSyslogTarget(text), undefined, text);
  }
});

/** The messages that a server got, by their length in front of them. */
async function startServer(t: TestContext, port = 0) {
  const got: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    let received = Buffer.alloc(0);
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      for (;;) {
        const match = /^(\d+) /.exec(received.toString("latin1"));
        const end = match ? match[0].length + Number(match[1]) : Infinity;
        if (!match || received.length < end) return;
        got.push(received.subarray(match[0].length, end).toString("utf8"));
        received = received.subarray(end);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  t.after(close);
  return { port: (server.address() as AddressInfo).port, got, close };
}

async function until(isDone: () => boolean): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!isDone()) {
    if (performance.now() > deadline) throw new Error("not within 60 s");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test("over TCP messages arrive whole and in order; while nobody listens they wait, within bounds", async (t) => {
  const server = await startServer(t);
  const told: string[] = [];
  const sender = new SyslogSender({
    target: { protocol: "tcp", host: "127.0.0.1", port: server.port },
    waitingMax: 3,
    retryMs: 10,
    onAway: (code) => void told.push(`away ${code}`),
    onBack: () => void told.push("back"),
  });
  t.after(() => sender.close(0));

  sender.send("é");
  sender.send("two");
  await until(() => server.got.length === 2);
  await server.close();
  // What is written to a connection that is just ending may be lost, so the first of these finds that out.
  await until(() => {
    if (!sender.isAway && sender.waiting === 0) sender.send("three");
    return sender.isAway;
  });
  for (const text of ["four", "five", "six", "seven", "eight"]) sender.send(text);
  assert.equal(sender.waiting, 3);
  assert.ok(sender.lost >= 2);
  const again = await startServer(t, server.port);

  await until(() => sender.waiting === 0 && again.got.includes("five"));
  assert.deepEqual(server.got.slice(0, 2), ["é", "two"]);
  assert.deepEqual(told, ["away ECONNREFUSED", "back"]);
  assert.equal(again.got.indexOf("four") + 1, again.got.indexOf("five"));
});

test("over UDP each message is a datagram", async (t) => {
  const server = createSocket("udp4");
  server.bind(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const sender = new SyslogSender({
    target: { protocol: "udp", host: "127.0.0.1", port: server.address().port },
    waitingMax: 10,
  });

  sender.send("<85>1 one");
  const [datagram] = (await once(server, "message")) as [Buffer];

  assert.equal(datagram.toString("utf8"), "<85>1 one");
  await sender.close(1000);
});
