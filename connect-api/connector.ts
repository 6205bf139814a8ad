import type { ConfigDef, ConfigReport } from "./config-def/index.ts";
import type { OffsetReader } from "./offset-reader.ts";

/** A value now or later. The worker awaits only what is a promise, so hot paths stay synchronous. */
export type Awaitable<T> = T | Promise<T>;

/** A connector or task config as posted: key names and values are text. */
export type Props = Readonly<Record<string, string>>;

/** What all tasks have in common. Source: org.apache.kafka.connect.connector.Task. */
export interface Task {
  readonly version: string;
  start(props: Props): Awaitable<void>;
  stop(): Awaitable<void>;
}

/** What a connector may ask of the worker. Source: org.apache.kafka.connect.connector.ConnectorContext. */
export interface ConnectorContext {
  /** Ask for `taskConfigs` to be called again, because the source has changed. */
  requestTaskReconfiguration(): void;
  /** Fail the connector from a background activity. */
  raiseError(error: unknown): void;
  /** What its tasks have stored, for a source; undefined for a sink. */
  readonly offsetReader: OffsetReader | undefined;
}

/**
 * Describes how a job is divided into tasks; it moves no record itself.
 *
 * The worker calls: constructor → initialize → start → taskConfigs → … → stop. A pause calls stop, and the
 * resume after it start again on the same instance; a new config gets a new instance.
 * Source: org.apache.kafka.connect.connector.Connector.
 */
export abstract class Connector {
  /** Version shown in REST answers and metrics. */
  abstract readonly version: string;
  protected context: ConnectorContext | undefined;

  initialize(context: ConnectorContext): void {
    this.context = context;
  }
  abstract config(): ConfigDef;
  abstract start(props: Props): Awaitable<void>;
  abstract taskClass(): new () => Task;
  /** One config per task; at most `maxTasks`. Called again after `requestTaskReconfiguration`. */
  abstract taskConfigs(maxTasks: number): Awaitable<readonly Props[]>;
  abstract stop(): Awaitable<void>;
  /** Checks that need more than one key; by default what the ConfigDef says. Must not throw on bad values. */
  validate(props: Props): Awaitable<ConfigReport> {
    return this.config().validate(props);
  }
}
