import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface DemoWorker {
  readonly url: string;
  readonly logFile: string;
  stop(): Promise<void>;
}

/** Starts the worker with a worker file of its own in `directory` and waits until it is ready. */
export async function startWorker(
  directory: string,
  bootstrapServers: string,
): Promise<DemoWorker> {
  const file = join(directory, "worker.properties");
  const logFile = join(directory, "worker.log");
  writeFileSync(
    file,
    [
      `bootstrap.servers=${bootstrapServers}`,
      "group.id=clinical-connect-demo",
      "key.converter=org.apache.kafka.connect.storage.StringConverter",
      "value.converter=org.apache.kafka.connect.json.JsonConverter",
      "value.converter.schemas.enable=false",
      "config.storage.topic=demo-connect-configs",
      "config.storage.replication.factor=-1",
      "offset.storage.topic=demo-connect-offsets",
      "offset.storage.replication.factor=-1",
      "offset.storage.partitions=5",
      "status.storage.topic=demo-connect-status",
      "status.storage.replication.factor=-1",
      "status.storage.partitions=1",
      "listeners=http://127.0.0.1:0",
      "",
    ].join("\n"),
  );
  // A group of its own, so that Ctrl-C reaches the demo alone and the worker is stopped in order.
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", "worker/main.ts", file],
    { stdio: ["ignore", "pipe", "pipe"], detached: true },
  );
  const log = createWriteStream(logFile);
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const endWithUs = (): void => void child.kill("SIGKILL");
  process.once("exit", endWithUs);
  const ended = once(child, "close");

  let output = "";
  const address = new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString("utf8");
      const match = /ready[^\n]*?(https?:\/\/[\w.:[\]-]+)/.exec(output);
      if (match?.[1]) resolve(match[1]);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    void ended.then(() => reject(new Error(`the worker did not start:\n${output}`)));
  });
  return {
    url: await address,
    logFile,
    async stop() {
      process.off("exit", endWithUs);
      child.kill("SIGTERM");
      await ended;
      log.end();
    },
  };
}
