import assert from "node:assert/strict";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { eventually, rest } from "#test/support/rest-client";
import type { ConnectorStatus } from "#test/support/rest-client";
import { startWorkerProcess, temporaryDirectory, workerProps } from "#test/support/worker-process";

const MARKER = "Marker4711Secret";

/** A source from plugin.path that is careless with its password in every way a plug-in can be. */
const CARELESS = `
import { ConfigDef, SourceConnector, SourceTask } from "clinical-connect";
const def = new ConfigDef({
  password: {
    type: "PASSWORD", importance: "HIGH", documentation: "A secret.",
    validator: { ensureValid() {}, describe: () => "" },
  },
  port: { type: "INT", default: 1, importance: "LOW", documentation: "A number." },
});
class CarelessTask extends SourceTask {
  version = "1";
  start(props) { this.password = props.password; }
  poll() { throw new Error("cannot log in with " + this.password); }
  stop() { throw new Error("cannot log out with " + this.password); }
}
class CarelessSourceConnector extends SourceConnector {
  version = "1";
  config() { return def; }
  start(props) { this.props = props; }
  taskClass() { return CarelessTask; }
  taskConfigs() { return [this.props]; }
  stop() {}
}
export default { connectors: { CarelessSourceConnector } };
`;

test("a secret is in no answer, log, trace or internal topic, whether posted or provided", async (t) => {
  const folder = temporaryDirectory(t);
  mkdirSync(join(folder, "plugins/node_modules/@acme/careless"), { recursive: true });
  const inPackage = (name: string): string =>
    join(folder, "plugins/node_modules/@acme/careless", name);
  writeFileSync(inPackage("index.js"), CARELESS);
  writeFileSync(
    inPackage("package.json"),
    JSON.stringify({
      type: "module",
      exports: "./index.js",
      keywords: ["clinical-connect-plugin"],
    }),
  );
  writeFileSync(join(folder, "s.properties"), `p=${MARKER}\n`);
  const worker = await startWorkerProcess(
    t,
    workerProps(`embedded:${folder}/log`, {
      "plugin.path": join(folder, "plugins"),
      "config.providers": "file",
      "config.providers.file.class": "org.apache.kafka.common.config.provider.FileConfigProvider",
    }),
  );
  const placeholder = `\${file:${folder}/s.properties:p}`;
  const provided = {
    "connector.class": "CarelessSourceConnector",
    password: placeholder,
    "errors.restart.max.attempts": "2",
  };
  const answers: unknown[] = [];
  const asked = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await rest(worker.url, method, path, body);
    answers.push(answer.body);
    return answer.body;
  };

  await asked("PUT", "/connectors/careless/config", provided);
  let status: ConnectorStatus | undefined;
  await eventually("the task fails for good", async () => {
    status = (await asked("GET", "/connectors/careless/status")) as ConnectorStatus;
    const [task] = status.tasks ?? [];
    return task?.state === "FAILED" && (task as { restarts?: number }).restarts === 2;
  });
  await asked("GET", "/connectors?expand=status&expand=info");
  const tasks = await asked("GET", "/connectors/careless/tasks");
  await asked("GET", "/metrics");
  // A literal secret is shown where Kafka shows it, in the config alone.
  const literal = { ...provided, password: MARKER };
  const validate = "/connector-plugins/CarelessSource/config/validate";
  await asked("PUT", validate, provided);
  await asked("PUT", validate, literal);
  await asked("PUT", validate, { ...provided, port: placeholder });
  await asked("PUT", validate, { password: MARKER });
  await asked("POST", "/connectors", { name: "x", config: { ...provided, port: placeholder } });
  await asked("POST", "/connectors", { name: "x", config: { password: MARKER } });
  await asked("POST", "/connectors", { name: "x", password: MARKER });
  await asked("POST", "/connectors", { name: "x", config: { password: [MARKER] } });

  assert.match(JSON.stringify(tasks), /\$\{file:/);
  assert.doesNotMatch(JSON.stringify(answers), new RegExp(MARKER));
  assert.doesNotMatch(worker.output(), new RegExp(MARKER));
  assert.match(worker.output(), /restart 2 of 2/);
  await worker.end("SIGTERM");
  for (const name of readdirSync(join(folder, "log"), { recursive: true, withFileTypes: true })) {
    if (!name.isFile()) continue;
    const bytes = readFileSync(join(name.parentPath, name.name), "latin1");
    assert.doesNotMatch(bytes, new RegExp(MARKER));
  }
});
