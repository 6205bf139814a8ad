import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ConfigDef, SinkConnector, SinkTask } from "#connect-api";
import type { PluginManifest, Props } from "#connect-api";
import { startTestWorker } from "../fixtures/herder-harness.ts";
import { Happenings, temporaryDirectory } from "../fixtures/task-harness.ts";

/** A sink that tells which password its connector and its task were started with. */
function tellingPlugins(told: Happenings<string>): PluginManifest {
  class TellingTask extends SinkTask {
    readonly version = "1";
    start(props: Props): void {
      told.add(`${props["name"]} task ${props["password"]}`);
    }
    put(): void {}
    stop(): void {}
  }
  class TellingSink extends SinkConnector {
    readonly version = "1";
    #props: Props = {};
    config() {
      return new ConfigDef({
        password: { type: "PASSWORD", importance: "HIGH", documentation: "A secret." },
      });
    }
    start(props: Props): void {
      this.#props = props;
      told.add(`${props["name"]} connector ${props["password"]}`);
    }
    taskClass() {
      return TellingTask;
    }
    taskConfigs(): readonly Props[] {
      return [this.#props];
    }
    stop(): void {}
  }
  return { connectors: { TellingSink } };
}

const TTL_MS = "30";

test("a value of a provider that changed restarts connector and task, where they want that", async (t) => {
  const folder = temporaryDirectory(t);
  mkdirSync(join(folder, "secrets"));
  const variable = "CLINICAL_CONNECT_RELOADED";
  t.after(() => delete process.env[variable]);
  const change = (value: string): void => {
    writeFileSync(join(folder, "s.properties"), `p=${value}\nq=same\n`);
    writeFileSync(join(folder, "secrets", "p"), value);
    process.env[variable] = value;
  };
  change("one");
  const told = new Happenings<string>();
  const worker = await startTestWorker(t, tellingPlugins(told), {
    workerProps: {
      "config.providers": "file,dir,env",
      "config.providers.file.class": "org.apache.kafka.common.config.provider.FileConfigProvider",
      "config.providers.file.param.ttl.ms": TTL_MS,
      "config.providers.dir.class": "DirectoryConfigProvider",
      "config.providers.dir.param.ttl.ms": TTL_MS,
      "config.providers.env.class": "EnvVarConfigProvider",
      "config.providers.env.param.ttl.ms": TTL_MS,
    },
  });
  const passwords = {
    file: `\${file:${folder}/s.properties:p}`,
    dir: `\${dir:${folder}/secrets:p}`,
    env: `\${env:${variable}}`,
    same: `\${file:${folder}/s.properties:q}`,
    left: `\${file:${folder}/s.properties:p}`,
  };
  for (const [name, password] of Object.entries(passwords)) {
    await worker.herder.createConnector(name, {
      "connector.class": "TellingSink",
      topics: "t",
      password,
      ...(name === "left" ? { "config.action.reload": "none" } : {}),
    });
    await worker.reached(name, "RUNNING", "RUNNING");
  }

  const seen = async (what: string): Promise<void> => {
    while (!told.all.includes(what)) await told.atLeast(told.all.length + 1);
  };
  for (const value of ["two", "three"]) {
    change(value);
    for (const name of ["file", "dir", "env"]) {
      await seen(`${name} task ${value}`);
      assert.ok(told.all.includes(`${name} connector ${value}`));
      await worker.reached(name, "RUNNING", "RUNNING");
    }
  }

  // Meanwhile nothing happened to those that did not change, or do not want it.
  const of = (name: string): readonly string[] => told.all.filter((each) => each.startsWith(name));
  assert.deepEqual(of("same"), ["same connector same", "same task same"]);
  assert.deepEqual(of("left"), ["left connector one", "left task one"]);
  // What is stored and shown are the placeholders.
  assert.equal(worker.herder.connectorConfig("file")["password"], passwords.file);
  assert.equal(worker.herder.tasks("file")[0]?.config["password"], passwords.file);
  assert.doesNotMatch(JSON.stringify(await worker.internal("connect-configs")), /two|three/);
});
