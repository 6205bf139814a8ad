import type { TestContext } from "node:test";
import { join } from "node:path";
import { connectorConfig, eventually, postConnector } from "./rest-client.ts";
import { openBeside, topicsMatching } from "./topic-contents.ts";
import { startWorkerProcess, temporaryDirectory, workerProps } from "./worker-process.ts";
import type { WorkerProcess } from "./worker-process.ts";
import { freePort } from "../servers/free-port.ts";
import { kafkaForTests } from "../servers/kafka-fixture.ts";
import type { LogRecord } from "#broker";

export type LogKind = "embedded" | "kafka";

/** A log of its own for one test: its directory, or a fresh set of topics on the shared Kafka. */
export interface TestLog {
  readonly bootstrapServers: string;
  /** Put before every topic and group name, so that tests on one Kafka do not meet. */
  readonly prefix: string;
}

let logs = 0;

export async function testLog(t: TestContext, kind: LogKind): Promise<TestLog> {
  if (kind === "embedded") {
    return { bootstrapServers: `embedded:${join(temporaryDirectory(t), "log")}`, prefix: "" };
  }
  const { bootstrapServers } = await kafkaForTests(t);
  return { bootstrapServers, prefix: `t${process.pid}-${++logs}-` };
}

export interface Pipeline {
  readonly log: TestLog;
  readonly port: number;
  readonly file: string;
  readonly worker: WorkerProcess;
  readonly connectors: {
    readonly mllp: string;
    readonly toFhir: string;
    readonly toFile: string;
  };
  /** Starts the worker again with the same settings, after it was ended. */
  restart(): Promise<WorkerProcess>;
  /** Full name of a topic of the pipeline, such as `healthcare.hl7v2.adt`. */
  topic(name: string): string;
  /** Committed records by topic name without prefix. */
  contents(pattern?: RegExp): Promise<Map<string, LogRecord[]>>;
}

export interface PipelineOptions {
  readonly worker?: Readonly<Record<string, string>>;
  readonly mllp?: Readonly<Record<string, string>>;
  readonly toFhir?: Readonly<Record<string, string>>;
  readonly toFile?: Readonly<Record<string, string>>;
  /** Folder of `connect-configs/` that the FHIR side comes from: the same with other converters. */
  readonly variant?: "avro" | "json-schema";
}

/** Starts a worker and posts the three files of `connect-configs/`, moved to free places. */
export async function startPipeline(
  t: TestContext,
  log: TestLog,
  options: PipelineOptions = {},
): Promise<Pipeline> {
  const { prefix } = log;
  const port = await freePort();
  const file = join(temporaryDirectory(t), "fhir.ndjson");
  const props = workerProps(log.bootstrapServers, {
    "group.id": `${prefix}clinical-connect`,
    "config.storage.topic": `${prefix}connect-configs`,
    "offset.storage.topic": `${prefix}connect-offsets`,
    "status.storage.topic": `${prefix}connect-status`,
    ...options.worker,
  });
  const worker = await startWorkerProcess(t, props);
  const pattern = prefix.replaceAll(".", "\\.");
  const mllp = connectorConfig("mllp-to-topics", {
    "mllp.port": String(port),
    "topic.prefix": `${prefix}healthcare.hl7v2.`,
    "quarantine.topic": `${prefix}healthcare.hl7v2.quarantine`,
    ...options.mllp,
  });
  const variant = options.variant ? `${options.variant}/` : "";
  const toFhir = connectorConfig(`${variant}hl7v2-to-fhir`, {
    "topics.regex": `${pattern}healthcare\\.hl7v2\\.(?!quarantine$|dlq$)[a-z0-9]+`,
    "transforms.toFhir.topic.prefix": `${prefix}healthcare.fhir.`,
    "errors.deadletterqueue.topic.name": `${prefix}healthcare.hl7v2.dlq`,
    "consumer.override.metadata.max.age.ms": "300",
    ...options.toFhir,
  });
  const toFile = connectorConfig(`${variant}fhir-to-file`, {
    "topics.regex": `${pattern}healthcare\\.fhir\\.[a-z]+`,
    "consumer.override.metadata.max.age.ms": "300",
    file,
    ...options.toFile,
  });
  const files = [mllp, toFhir, toFile].map((entry) => ({ ...entry, name: prefix + entry.name }));
  for (const entry of files) await postConnector(worker.url, entry);

  return {
    log,
    port,
    file,
    worker,
    connectors: {
      mllp: prefix + mllp.name,
      toFhir: prefix + toFhir.name,
      toFile: prefix + toFile.name,
    },
    restart: () => startWorkerProcess(t, props),
    topic: (name) => prefix + name,
    async contents(names = /^healthcare\./) {
      const opened = await openBeside(log.bootstrapServers);
      try {
        const found = await topicsMatching(
          opened,
          new RegExp(`^${pattern}${names.source.replace(/^\^/, "")}`),
        );
        return new Map([...found].map(([topic, records]) => [topic.slice(prefix.length), records]));
      } finally {
        await opened.close();
      }
    },
  };
}

/** Reads all topics again and again until they are complete. */
export async function settled(
  pipeline: Pipeline,
  isComplete: (contents: Map<string, LogRecord[]>) => boolean,
  timeoutMs = 90_000,
): Promise<Map<string, LogRecord[]>> {
  let contents = new Map<string, LogRecord[]>();
  await eventually(
    "the pipeline has delivered everything",
    async () => {
      contents = await pipeline.contents();
      return isComplete(contents);
    },
    timeoutMs,
    500,
  );
  // Topics are read one after the other; what came meanwhile may be missing in those that were read first.
  contents = await pipeline.contents();
  return contents;
}
