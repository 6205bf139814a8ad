import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ask } from "#test/support/ask";
import type { HttpAnswer, HttpRequest } from "#test/support/ask";
import { startWorkerProcess, temporaryDirectory, workerProps } from "#test/support/worker-process";

/** Part of every secret below; nobody else says it. */
const MARK = "hush-hush";

const FILE_SINK = { "connector.class": "FileStreamSink", topics: "t" };
const FILE_SOURCE = { "connector.class": "FileStreamSource", topic: "t" };
const SNOWFLAKE = {
  "connector.class": "SnowflakeSinkConnector",
  topics: "t",
  "snowflake.password": `pass-${MARK}`,
  "snowflake.private.key": `-----BEGIN PRIVATE KEY-----\n${MARK}\n-----END PRIVATE KEY-----`,
  "snowflake.private.key.passphrase": ` padded ${MARK} `,
};
const JAAS = `org.apache.kafka.common.security.plain.PlainLoginModule required username="a" password="${MARK}";`;
const OVERRIDES = {
  "producer.override.sasl.jaas.config": JAAS,
  "consumer.override.sasl.jaas.config": JAAS,
  "consumer.override.ssl.key.password": MARK,
  "consumer.override.ssl.keystore.key": `${MARK}\nsecond line`,
};
const REGISTRY = {
  "value.converter": "io.confluent.connect.avro.AvroConverter",
  "value.converter.schema.registry.url": "http://127.0.0.1:1",
  "value.converter.basic.auth.credentials.source": "USER_INFO",
  "value.converter.basic.auth.user.info": `user:${MARK}`,
  "value.converter.bearer.auth.token": MARK,
};

const put = (path: string, body: unknown): HttpRequest => ({ path, method: "PUT", body });
const validate = (
  body: Readonly<Record<string, unknown>> & { readonly "connector.class": string },
): HttpRequest =>
  put(`/connector-plugins/${body["connector.class"]}/config/validate`, { name: "v", ...body });
const create = (config: object, more: object = {}): HttpRequest => ({
  path: "/connectors",
  method: "POST",
  body: { name: "secret", config, ...more },
});

/** Requests with a secret in the value of a PASSWORD key, or in a body that cannot be read. */
const requests = (provided: Readonly<Record<string, string>>): readonly HttpRequest[] => [
  validate(SNOWFLAKE),
  validate({ ...SNOWFLAKE, ...provided }),
  validate({ ...FILE_SINK, ...OVERRIDES, ...REGISTRY }),
  validate({ ...FILE_SOURCE, ...OVERRIDES, ...REGISTRY, "tasks.max": "none" }),
  validate({ ...FILE_SINK, ...OVERRIDES, "tasks.max": "0", "errors.tolerance": "x" }),
  // Secrets of providers in keys that are no PASSWORD, wrongly and rightly.
  validate({ ...FILE_SOURCE, topic: provided["snowflake.password"] }),
  validate({ ...FILE_SOURCE, "tasks.max": provided["snowflake.password"] }),
  validate({ ...FILE_SINK, "errors.tolerance": provided["snowflake.password"] }),
  validate({ ...FILE_SINK, transforms: provided["snowflake.password"] }),
  validate({ ...FILE_SINK, "key.converter": provided["snowflake.password"] }),
  validate({ ...FILE_SINK, "topics.regex": `[${provided["snowflake.password"]}` }),
  validate({ ...FILE_SOURCE, "connector.plugin.version": provided["snowflake.password"] }),
  // What cannot be read or is refused as a whole.
  create({ "snowflake.password": MARK }),
  create({ ...SNOWFLAKE, "connector.class": "NoSuch" }),
  create({ ...SNOWFLAKE, name: "another" }),
  create({ ...SNOWFLAKE, "tasks.max": "0" }),
  create(SNOWFLAKE, { "snowflake.password": MARK }),
  create(SNOWFLAKE, { initial_state: MARK }),
  create({ ...SNOWFLAKE, "snowflake.password": { nested: MARK } }),
  create({ ...SNOWFLAKE, "snowflake.password": [MARK] }),
  { ...create({}), body: `{"name":"a","config":{"snowflake.password":"${MARK}"` },
  { ...create({}), body: `{"name":"a","config":{"snowflake.password":'${MARK}'}}` },
  { ...create({}), body: `${MARK}` },
  { ...create({}), body: `"${MARK}"` },
  { ...create({}), contentType: "text/plain", body: `snowflake.password=${MARK}` },
  put("/connectors/secret/config", [MARK]),
  put("/connectors/nobody/config", { "snowflake.password": MARK }),
  { path: "/connectors/nobody/config", method: "PATCH", body: { "snowflake.password": MARK } },
  { path: "/connectors/nobody/offsets", method: "PATCH", body: { offsets: MARK } },
  { path: "/connectors/nobody/offsets", method: "PATCH", body: { [MARK.slice(0, 0)]: MARK } },
  put("/admin/loggers/root", { level: { nested: MARK } }),
];

test("secrets stand in no log, error, trace, metric or validate answer, however they are sent", async (t) => {
  const folder = temporaryDirectory(t);
  writeFileSync(join(folder, "s.properties"), `db.password=${MARK}-of-a-file\n`);
  const worker = await startWorkerProcess(
    t,
    workerProps(`embedded:${folder}/log`, {
      "config.providers": "file",
      "config.providers.file.class": "FileConfigProvider",
      "producer.sasl.jaas.config": JAAS,
    }),
  );
  const send = (request: HttpRequest): Promise<HttpAnswer> =>
    ask(worker.url, { ...request, timeoutMs: 60_000 });
  await send(put("/admin/loggers/root", { level: "TRACE" }));
  const placeholder = `\${file:${folder}/s.properties:db.password}`;
  const leaks: string[] = [];
  const check = (title: string, { text, status, headers }: HttpAnswer): void => {
    const all = text + JSON.stringify(headers);
    if (all.includes(MARK)) leaks.push(`${status} ${title}:\n${text}`);
  };
  for (const request of requests({ "snowflake.password": placeholder })) {
    check(`${request.method} ${request.path} ${JSON.stringify(request.body)}`, await send(request));
  }

  // Connectors that run, or cannot: their configs are shown as they were written, as in Kafka, and nothing else.
  const file = `${folder}/out.txt`;
  for (const [name, config] of [
    ["runs", { ...FILE_SINK, ...OVERRIDES, file }],
    ["provided", { ...FILE_SINK, file, "consumer.override.ssl.key.password": placeholder }],
    ["fails", { ...FILE_SINK, ...OVERRIDES, file: `${folder}/s.properties/${placeholder}` }],
    ["registry", { ...FILE_SINK, ...REGISTRY, file }],
    ["topic", { ...FILE_SOURCE, file: `${folder}/s.properties`, "batch.size": "1" }],
  ] as const) {
    const created = await send({ path: "/connectors", method: "POST", body: { name, config } });
    assert.equal(created.status, 201, created.text);
    const deadline = performance.now() + 60_000;
    for (;;) {
      const status = await send({ path: `/connectors/${name}/status` });
      check(`status of ${name}`, status);
      if (/"tasks":\[\{"id":0,"state":"(RUNNING|FAILED)"/.test(status.text)) break;
      assert.ok(performance.now() < deadline, status.text);
    }
  }
  for (const path of [
    "/metrics",
    "/connectors",
    "/connectors?expand=status",
    "/connectors/provided/tasks",
  ]) {
    check(path, await send({ path }));
  }
  check("info", await send({ path: "/connectors/provided" }));
  await worker.end("SIGTERM");

  assert.deepEqual(leaks, []);
  const lines = worker.output().split("\n");
  assert.ok(lines.length > 1, "the log has lines");
  assert.deepEqual(
    lines.filter((line) => line.includes(MARK)),
    [],
  );
});
