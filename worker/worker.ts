import { hostname as systemHostname } from "node:os";
import type { Props } from "#connect-api";
import { openRecordLog } from "#broker";
import type { RecordLog } from "#broker";
import { ConfigProviders } from "./config/config-providers.ts";
import { isDistributed, parseWorkerConfig } from "./config/worker-config.ts";
import type { WorkerConfig } from "./config/worker-config.ts";
import type { Herder } from "./herder/herder.ts";
import { ConnectHerder } from "./herder/connect-herder.ts";
import { Alone } from "./herder/work-sharing.ts";
import type { WorkSharing } from "./herder/work-sharing.ts";
import { GroupMetrics } from "./herder/group-metrics.ts";
import { WorkerGroup } from "./herder/worker-group.ts";
import type { WorkerContext } from "./herder/worker-context.ts";
import { Metrics } from "./metrics/index.ts";
import { loadPlugins } from "./plugins/load-plugins.ts";
import { startRestServer } from "./rest/index.ts";
import type { RestServer } from "./rest/index.ts";
import { ConfigStore } from "./storage/config-store.ts";
import { internalTopics } from "./storage/internal-topics.ts";
import { KeyedTopic } from "./storage/keyed-topic.ts";
import { OffsetStore } from "./storage/offset-store.ts";
import { StatusStore } from "./storage/status-store.ts";

/** Version of the worker. */
export const WORKER_VERSION = "0.1.0";

/**
 * Version of Kafka Connect whose REST API this is, as `GET /` shows it: kcctl and other clients choose by it
 * what they ask for. The worker's own version is told as the commit.
 */
const API_VERSION = "4.1.1";

/** `client.id` of a worker that names none, as in Kafka Connect. */
const DEFAULT_CLIENT_ID = "connect-1";

export interface Worker {
  readonly url: string;
  readonly herder: Herder;
  /** Stops all tasks, REST and the connection to the log. */
  stop(): Promise<void>;
}

/**
 * Starts a worker: plug-ins, internal topics, REST, then the connectors that ran before.
 *
 * Rejects with ConfigError for wrong settings, RecordLogError when the log cannot be reached, and the
 * system's error when the REST address cannot be bound; nothing keeps running then.
 */
export async function startWorker(written: Props): Promise<Worker> {
  const providers = ConfigProviders.of(written);
  const { props } = providers.resolve(written);
  const config = parseWorkerConfig(props);
  const plugins = await loadPlugins(config["plugin.path"] ?? []);
  const log = await openRecordLog({
    ...props,
    "bootstrap.servers": config["bootstrap.servers"],
  });
  const stores: KeyedTopic[] = [];
  let rest: RestServer | undefined;
  try {
    for (const options of internalTopics(props, config))
      stores.push(await KeyedTopic.open(log, options));
    const [configs, offsets, statuses] = stores as [KeyedTopic, KeyedTopic, KeyedTopic];
    const metrics = new Metrics({
      sampleMs: config["metrics.sample.window.ms"],
      samples: config["metrics.num.samples"],
    });
    let address = "";
    let listener = "";
    const sharing: WorkSharing = isDistributed(props)
      ? workerGroup(log, config, metrics, {
          url: () => `${new URL(listener).protocol}//${address}`,
          clientId: () => placeOf(config, listener),
        })
      : new Alone();
    const statusStore = new StatusStore(statuses, () => ({
      workerId: address,
      generation: sharing.generation,
      isShared: sharing.isShared,
    }));
    const context: WorkerContext = {
      providers,
      log,
      plugins,
      metrics,
      configs: new ConfigStore(configs),
      offsets: new OffsetStore(offsets),
      statuses: statusStore,
      workerProps: props,
      workerConfig: config,
      useTopic: (topic, connector, task) => {
        if (!config["topic.tracking.enable"]) return;
        statusStore.useTopic(topic, connector, task, Date.now());
      },
    };
    const herder = new ConnectHerder(context, sharing);
    rest = await startRestServer(
      {
        herder,
        metrics,
        version: API_VERSION,
        commit: `clinical-connect-${WORKER_VERSION}`,
        schemaRegistryUrl: config["schema.registry.url"],
      },
      {
        listeners: config.listeners,
        adminListeners: config["admin.listeners"],
        advertisedListener: config["rest.advertised.listener"],
        allowedOrigins: config["access.control.allow.origin"],
        allowedMethods: config["access.control.allow.methods"],
        responseHeaders: config["response.http.headers.config"],
        extensions: config["rest.extension.classes"],
        props,
      },
    );
    listener = rest.advertisedUrl;
    address = advertisedAddress(config, listener);
    await herder.start();
    const server = rest;
    return {
      url: server.url,
      herder,
      async stop() {
        await herder.stop();
        await server.close();
        await closeLog(log, stores);
      },
    };
  } catch (error) {
    await rest?.close();
    await closeLog(log, stores);
    throw error;
  }
}

function workerGroup(
  log: RecordLog,
  config: WorkerConfig,
  metrics: Metrics,
  names: { readonly url: () => string; readonly clientId: () => string },
): WorkerGroup {
  const group: WorkerGroup = new WorkerGroup(log, {
    groupId: config["group.id"],
    ...names,
    sessionTimeoutMs: config["session.timeout.ms"],
    heartbeatIntervalMs: config["heartbeat.interval.ms"],
    rebalanceTimeoutMs: config["rebalance.timeout.ms"],
    lostWorkDelayMs: config["scheduled.rebalance.max.delay.ms"],
    metrics: new GroupMetrics(metrics, config["client.id"] || DEFAULT_CLIENT_ID, () => group),
  });
  return group;
}

/**
 * Client id of this worker in its group: it has the address on which it listens, so whoever is still in the
 * group under this id is dead, and need not be waited for.
 */
function placeOf(config: WorkerConfig, listener: string): string {
  const { host } = new URL(listener);
  return `${config["client.id"] || "connect"}-${systemHostname()}-${host}`;
}

/** `host:port` under which this worker is known. An address that means all of them is no address to ask. */
function advertisedAddress(config: WorkerConfig, url: string): string {
  const { hostname: bound, port } = new URL(url);
  const hostname = bound === "0.0.0.0" || bound === "[::]" ? systemHostname() : bound;
  return `${config["rest.advertised.host.name"] ?? hostname}:${config["rest.advertised.port"] ?? port}`;
}

async function closeLog(log: RecordLog, stores: readonly KeyedTopic[]): Promise<void> {
  for (const store of stores) await store.close();
  await log.close();
}
