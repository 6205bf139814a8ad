import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { connectWorkerForTests } from "#test/servers/connect-worker";
import { freePort } from "#test/servers/free-port";
import { kafkaForTests } from "#test/servers/kafka-fixture";
import { ask } from "#test/support/ask";
import type { HttpRequest } from "#test/support/ask";
import { startWorkerProcess, temporaryDirectory, workerProps } from "#test/support/worker-process";

const isFull = process.env["COMPAT"] === "full";
const ORIGIN = "https://console.example";
const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;
const ann = { authorization: basic("ann:secret") };
const preflight = { "access-control-request-method": "PUT" };

/** What both workers are asked, with the headers of the answers that have to be the same. */
const COMPARED: readonly (HttpRequest & { readonly title: string; readonly isAdmin?: boolean })[] =
  [
    { title: "nobody", path: "/connectors" },
    { title: "a user", path: "/connectors", headers: ann },
    { title: "a wrong password", path: "/connectors", headers: { authorization: basic("ann:x") } },
    { title: "no user", path: "/connectors", headers: { authorization: basic("eve:secret") } },
    { title: "half a header", path: "/connectors", headers: { authorization: "Basic" } },
    { title: "another scheme", path: "/connectors", headers: { authorization: "Bearer x" } },
    { title: "an unknown path", path: "/nothing", headers: ann },
    { title: "an unknown path of nobody", path: "/nothing" },
    { title: "a wrong method", path: "/connectors", method: "DELETE", headers: ann },
    { title: "loggers", path: "/admin/loggers/root", headers: ann },
    {
      title: "loggers of the admin listener",
      path: "/admin/loggers/root",
      isAdmin: true,
      headers: ann,
    },
    { title: "connectors of the admin listener", path: "/connectors", isAdmin: true, headers: ann },
    { title: "an allowed origin", path: "/connectors", headers: { ...ann, origin: ORIGIN } },
    { title: "another origin", path: "/connectors", headers: { ...ann, origin: "http://a.b" } },
    {
      title: "an error to an allowed origin",
      path: "/nothing",
      headers: { ...ann, origin: ORIGIN },
    },
    {
      title: "a preflight",
      path: "/connectors",
      method: "OPTIONS",
      headers: { ...ann, ...preflight, origin: ORIGIN },
    },
    {
      title: "a preflight of another origin",
      path: "/connectors",
      method: "OPTIONS",
      headers: { ...ann, ...preflight, origin: "http://a.b" },
    },
  ];
const HEADERS = [
  ...["access-control-allow-origin", "access-control-allow-methods", "vary"],
  ...["www-authenticate", "x-one", "x-two", "allow"],
];

/** Differences on purpose, with the reason; all of them are rows of docs/compatibility.md. */
function isAccepted(title: string, part: string): boolean {
  // HTTP wants a 401 to name its scheme; Kafka's does not.
  if (part === "www-authenticate") return true;
  // Whoever is not let in does not learn which paths there are.
  if (title === "an unknown path of nobody" && part === "status") return true;
  // A 405 tells which methods there are, a preflight only what it was asked for.
  return part === "allow";
}

/** Lists of methods have no order. */
const sorted = (value: unknown): string => String(value).split(/,\s*/).toSorted().join();

test(
  "CORS, headers, authentication and admin listeners are as Kafka Connect has them",
  {
    skip: isFull ? false : "part of npm run test:compat",
  },
  async (t) => {
    const { bootstrapServers } = await kafkaForTests(t);
    const folder = temporaryDirectory(t);
    writeFileSync(`${folder}/users.properties`, "ann=secret\n");
    writeFileSync(
      `${folder}/jaas.conf`,
      `KafkaConnect {\n  org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule required\n  file="${folder}/users.properties";\n};\n`,
    );
    const settings = {
      "rest.extension.classes":
        "org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension",
      "access.control.allow.origin": `http://other.example,${ORIGIN}`,
      "access.control.allow.methods": "GET,POST,PUT",
      "response.http.headers.config": 'set X-One: 1, "add X-Two: a, b"',
    };
    const [kafkaAdmin, oursAdmin] = [await freePort(), await freePort()].map(
      (port) => `http://127.0.0.1:${port}`,
    ) as [string, string];
    const before = process.env["JAVA_TOOL_OPTIONS"];
    process.env["JAVA_TOOL_OPTIONS"] = `-Djava.security.auth.login.config=${folder}/jaas.conf`;
    t.after(() => {
      if (before === undefined) delete process.env["JAVA_TOOL_OPTIONS"];
      else process.env["JAVA_TOOL_OPTIONS"] = before;
    });
    const kafka = await connectWorkerForTests(t, {
      bootstrapServers,
      mode: "standalone",
      props: { ...settings, "admin.listeners": kafkaAdmin },
    });
    const ours = await startWorkerProcess(
      t,
      workerProps(`embedded:${folder}/${randomUUID()}`, {
        ...settings,
        "java.security.auth.login.config": `${folder}/jaas.conf`,
        "admin.listeners": oursAdmin,
      }),
    );
    const differences: string[] = [];
    for (const { title, isAdmin = false, ...request } of COMPARED) {
      const [theirs, own] = await Promise.all([
        ask(isAdmin ? kafkaAdmin : kafka.url, request),
        ask(isAdmin ? oursAdmin : ours.url, request),
      ]);
      const parts = [
        ["status", theirs.status, own.status],
        ...HEADERS.map((name) => [name, theirs.headers[name], own.headers[name]] as const),
      ] as const;
      for (const [part, kafkas, our] of parts) {
        if (sorted(kafkas) === sorted(our) || isAccepted(title, part)) continue;
        differences.push(`${title}: ${part}: Kafka ${String(kafkas)}, ours ${String(our)}`);
      }
    }

    assert.deepEqual(differences, []);
  },
);
