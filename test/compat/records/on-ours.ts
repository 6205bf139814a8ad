import { ConnectError, Headers, NO_METRICS, SourceRecord } from "#connect-api";
import type { ConnectRecord, ConverterHeaders, Header } from "#connect-api";
import type { LogRecord } from "#broker";
import { deadLetterOf } from "../../../worker/errors/dead-letters.ts";
import { ErrorHandler } from "../../../worker/errors/error-handler.ts";
import { ErrorMetrics } from "../../../worker/errors/error-metrics.ts";
import type { Failure, FailureReporter } from "../../../worker/errors/failure.ts";
import { javaErrorName } from "../../../worker/errors/java-error-name.ts";
import { Metrics } from "../../../worker/metrics/index.ts";
import { loadPlugins } from "../../../worker/plugins/load-plugins.ts";
import type { Plugins } from "../../../worker/plugins/plugins.ts";
import { makeConverters } from "../../../worker/tasks/converters.ts";
import type { Converters } from "../../../worker/tasks/converters.ts";
import {
  failedLogRecord,
  toNewRecord,
  toSinkRecord,
} from "../../../worker/tasks/record-conversion.ts";
import { TransformationChain } from "../../../worker/tasks/transformation-chain.ts";
import type {
  CaseResult,
  DeadLetter,
  GivenRecord,
  Outcome,
  RawHeader,
  RecordCase,
} from "./record-case.ts";

/** Takes cases through this worker's own parts, in the order in which its runners call them. */
export async function onOurs(cases: readonly RecordCase[]): Promise<readonly CaseResult[]> {
  const plugins = await loadPlugins([]);
  const results: CaseResult[] = [];
  for (const each of cases) results.push(await runCase(plugins, each));
  return results;
}

async function runCase(plugins: Plugins, test: RecordCase): Promise<CaseResult> {
  const { name, config } = test;
  const output = Object.entries(test.output).map(([key, value]) => [`output.${key}`, value]);
  const props = { ...config, ...(Object.fromEntries(output) as Record<string, string>) };
  let chain: TransformationChain;
  try {
    chain = TransformationChain.make(plugins, config, () => NO_METRICS);
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    return { name, configError: error.message };
  }
  const run = new CaseRun(test, chain, {
    in: makeConverters(plugins, {}, props),
    out: makeConverters(plugins, {}, props, "output."),
  });
  return run.result();
}

class CaseRun {
  readonly #test: RecordCase;
  readonly #chain: TransformationChain;
  readonly #converters: { readonly in: Converters; readonly out: Converters };
  readonly #errors: ErrorHandler;
  readonly #deadLetters: DeadLetter[] = [];
  #failure: Failure | undefined;

  constructor(
    test: RecordCase,
    chain: TransformationChain,
    converters: { readonly in: Converters; readonly out: Converters },
  ) {
    this.#test = test;
    this.#chain = chain;
    this.#converters = converters;
    const { config } = test;
    this.#errors = new ErrorHandler({
      isTolerant: config["errors.tolerance"] === "all",
      retryTimeoutMs: Number(config["errors.retry.timeout"] ?? 0),
      retryDelayMaxMs: Number(config["errors.retry.delay.max.ms"] ?? 60_000),
      reporters: [this.#reporter()],
      metrics: new ErrorMetrics(new Metrics(), { connector: "compat", task: "0" }),
      signal: new AbortController().signal,
    });
  }

  #reporter(): FailureReporter {
    const { config } = this.#test;
    const topic = config["errors.deadletterqueue.topic.name"] ?? "";
    return {
      report: async (failure) => {
        this.#failure = failure;
        if (topic === "") return;
        const letter = deadLetterOf(failure, {
          topic,
          hasContextHeaders: config["errors.deadletterqueue.context.headers.enable"] === "true",
          connector: "compat",
          task: 0,
        });
        this.#deadLetters.push({
          topic: letter.topic,
          timestamp: letter.timestamp ?? null,
          key: base64(letter.key),
          value: base64(letter.value),
          headers: (letter.headers ?? []).map(([key, value]): RawHeader => [key, base64(value)]),
        });
      },
    };
  }

  async result(): Promise<CaseResult> {
    const outcomes: Outcome[] = [];
    for (const given of this.#test.records) {
      const outcome = await this.#outcome(given);
      outcomes.push(outcome);
      if (outcome.outcome === "failed") break;
    }
    return { name: this.#test.name, outcomes, deadLetters: this.#deadLetters };
  }

  async #outcome(given: GivenRecord): Promise<Outcome> {
    this.#failure = undefined;
    try {
      const raw = logRecord(given);
      return this.#test.kind === "sink" ? await this.#sink(raw) : await this.#source(raw);
    } catch (error) {
      const failure = this.#failure as Failure | undefined;
      return {
        outcome: "failed",
        message: (error as Error).message,
        ...describe(failure ? failure.error : error),
      };
    }
  }

  async #sink(raw: LogRecord): Promise<Outcome> {
    const record = await toSinkRecord(raw, this.#converters.in, this.#errors);
    return record ? this.#produce(raw, record) : this.#skipped();
  }

  async #source(raw: LogRecord): Promise<Outcome> {
    // A source makes its data itself: a failure here is not one of the worker's stages.
    const { in: input } = this.#converters;
    const read = {
      key: await input.key.instance.toConnectData(raw.topic, raw.key),
      value: await input.value.instance.toConnectData(raw.topic, raw.value),
      headers: raw.headers.map(([key, bytes]): Header => {
        return { key, ...input.header.instance.toConnectHeader(raw.topic, key, bytes) };
      }),
    };
    const partition = raw.partition < 0 ? null : raw.partition;
    const record = new SourceRecord({
      topic: raw.topic,
      partition,
      keySchema: read.key.schema,
      key: read.key.value,
      valueSchema: read.value.schema,
      value: read.value.value,
      timestamp: raw.timestamp < 0 ? null : raw.timestamp,
      headers: new Headers(read.headers),
    });
    return this.#produce(raw, record);
  }

  async #produce(raw: LogRecord, record: ConnectRecord): Promise<Outcome> {
    const failed = () => failedLogRecord(raw);
    const records = await this.#chain.apply(record, this.#errors, failed);
    if (!records) return this.#skipped();
    const [made] = records;
    if (!made) return { outcome: "filtered" };
    const { out } = this.#converters;
    const stored = await toNewRecord(made, out, this.#errors, failed, made.partition);
    if (!stored) return this.#skipped();
    return {
      outcome: "stored",
      topic: stored.topic,
      partition: stored.partition ?? null,
      timestamp: stored.timestamp ?? null,
      key: base64(stored.key),
      value: base64(stored.value),
      headers: (stored.headers ?? []).map(([key, value]): RawHeader => [key, base64(value)]),
    };
  }

  #skipped(): Outcome {
    const { stage, className, error } = this.#failure as Failure;
    return { outcome: "skipped", stage, className, ...describe(error) };
  }
}

function describe(error: unknown): { readonly errorClass: string; readonly error: string | null } {
  return error instanceof Error
    ? { errorClass: javaErrorName(error), error: error.message }
    : { errorClass: typeof error, error: null };
}

function logRecord(given: GivenRecord): LogRecord {
  return {
    topic: given.topic,
    partition: given.partition,
    offset: given.offset,
    // Kafka stores -1 for a record without timestamp.
    timestamp: given.timestamp ?? -1,
    timestampType: "CREATE_TIME",
    key: bytes(given.key),
    value: bytes(given.value),
    headers: given.headers.map(([key, value]) => [key, bytes(value)]) as ConverterHeaders,
  };
}

function bytes(text: string | null): Uint8Array | null {
  return text === null ? null : new Uint8Array(Buffer.from(text, "base64"));
}

function base64(value: Uint8Array | null | undefined): string | null {
  return value ? Buffer.from(value).toString("base64") : null;
}
