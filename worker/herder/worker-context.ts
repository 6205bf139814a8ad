import type { Props } from "#connect-api";
import type { RecordLog } from "#broker";
import type { ConfigProviders } from "../config/config-providers.ts";
import type { WorkerConfig } from "../config/worker-config.ts";
import type { Metrics } from "../metrics/index.ts";
import type { Plugins } from "../plugins/plugins.ts";
import type { ConfigStore } from "../storage/config-store.ts";
import type { OffsetStore } from "../storage/offset-store.ts";
import type { StatusStore } from "../storage/status-store.ts";

/** What all connectors of a worker share. */
export interface WorkerContext {
  readonly log: RecordLog;
  readonly plugins: Plugins;
  readonly metrics: Metrics;
  readonly configs: ConfigStore;
  readonly statuses: StatusStore;
  readonly offsets: OffsetStore;
  readonly workerProps: Props;
  readonly workerConfig: WorkerConfig;
  /** Resolves what settings name instead of holding it. */
  readonly providers: ConfigProviders;
  /** Remembers that a connector uses a topic, if the worker tracks that. */
  useTopic(topic: string, connector: string, task: number): void;
}
