import type { Awaitable, PluginLog, PluginMetrics } from "#connect-api";
import type { Producer } from "#broker";
import { commonConfigDef, sinkConfigDef } from "../config/connector-config.ts";
import { withPrefix } from "../config/worker-config.ts";
import { DeadLetterQueue } from "../errors/dead-letters.ts";
import type { DeadLetterOptions } from "../errors/dead-letters.ts";
import { ErrorHandler } from "../errors/error-handler.ts";
import { ErrorLog } from "../errors/error-log.ts";
import { ErrorMetrics } from "../errors/error-metrics.ts";
import type { FailureReporter } from "../errors/failure.ts";
import { getLogger } from "../logging/index.ts";
import { pluginMetrics } from "../metrics/index.ts";
import type { Tags } from "../metrics/index.ts";
import type { Converters } from "./converters.ts";
import type { TaskEnvironment } from "./task-runner.ts";
import type { TransformationChain } from "./transformation-chain.ts";

const log = getLogger("worker.tasks");

export const tagsOf = ({ connector, task }: Pick<TaskEnvironment, "connector" | "task">) => ({
  connector,
  task: String(task),
});

/** The log that a plug-in writes to, with connector and task in each line. */
export function pluginLog({ connector, task }: TaskEnvironment): PluginLog {
  const logger = getLogger(`connector.${connector}`);
  const fields = { connector, task };
  return {
    debug: (own, message) => logger.debug({ ...fields, ...own }, message),
    info: (own, message) => logger.info({ ...fields, ...own }, message),
    warn: (own, message) => logger.warn({ ...fields, ...own }, message),
    error: (own, message) => logger.error({ ...fields, ...own }, message),
  };
}

/** Where a plug-in of a task counts; `tags` name the plug-in when it is not the task itself. */
export const taskMetrics = (environment: TaskEnvironment, tags: Tags = {}): PluginMetrics =>
  pluginMetrics(environment.metrics, { ...tagsOf(environment), ...tags });

/** Releases what a task has. Each step is tried, whatever became of those before; errors are logged. */
export async function releaseAll(
  { connector, task }: TaskEnvironment,
  ...steps: readonly (() => Awaitable<unknown>)[]
): Promise<void> {
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      log.failure(error, { connector, task, code: "STOP_FAILED" }, "The task did not stop cleanly");
    }
  }
}

/** The steps that close the plug-ins of a task. */
export function closingSteps(
  chain: TransformationChain | undefined,
  ...converters: readonly (Converters | undefined)[]
): (() => void)[] {
  const instances = converters.flatMap((set) => (set ? [set.key, set.value, set.header] : []));
  return [
    () => chain?.close(),
    ...instances.map(
      ({ instance }) =>
        () =>
          instance.close(),
    ),
  ];
}

/** Client settings: the worker's prefix, then the connector's override. */
export function clientSettings(
  environment: TaskEnvironment,
  client: "producer" | "consumer" | "admin",
): Record<string, string> {
  return {
    ...withPrefix(environment.workerProps, `${client}.`),
    ...withPrefix(environment.props, `${client}.override.`),
  };
}

/** Where dead letters go, if anywhere; the topic is made if need be. */
export async function deadLetterOptions(
  environment: TaskEnvironment,
): Promise<DeadLetterOptions | undefined> {
  const config = sinkConfigDef.parse(environment.props);
  const topic = config["errors.deadletterqueue.topic.name"];
  if (topic === "") return undefined;
  await environment.log.admin.createTopics([
    {
      topic,
      partitions: 1,
      replicationFactor: config["errors.deadletterqueue.topic.replication.factor"],
    },
  ]);
  return {
    topic,
    hasContextHeaders: config["errors.deadletterqueue.context.headers.enable"],
    connector: environment.connector,
    task: environment.task,
  };
}

/** The error handling that the connector's settings ask for. */
export function makeErrorHandler(
  environment: TaskEnvironment,
  signal: AbortSignal,
  deadLetters: (metrics: ErrorMetrics) => FailureReporter | undefined,
): ErrorHandler {
  const config = commonConfigDef.parse(environment.props);
  const metrics = new ErrorMetrics(environment.metrics, tagsOf(environment));
  const reporters: FailureReporter[] = [];
  if (config["errors.log.enable"]) {
    const { connector, task } = environment;
    const includesPlace = config["errors.log.include.messages"];
    reporters.push(new ErrorLog({ connector, task }, includesPlace, metrics));
  }
  const queue = deadLetters(metrics);
  if (queue) reporters.push(queue);
  return new ErrorHandler({
    isTolerant: config["errors.tolerance"] === "all",
    retryTimeoutMs: config["errors.retry.timeout"],
    retryDelayMaxMs: config["errors.retry.delay.max.ms"],
    reporters,
    metrics,
    signal,
  });
}

/** A dead letter queue that sends at once, with a producer of its own. */
export async function openDeadLetterQueue(
  environment: TaskEnvironment,
): Promise<{ producer: Producer; make(metrics: ErrorMetrics): DeadLetterQueue } | undefined> {
  const options = await deadLetterOptions(environment);
  if (!options) return undefined;
  const producer = await environment.log.producer({
    clientId: `connector-dlq-producer-${environment.connector}-${environment.task}`,
    settings: clientSettings(environment, "producer"),
  });
  return { producer, make: (metrics) => new DeadLetterQueue(producer, options, metrics) };
}
