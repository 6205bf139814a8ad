import {
  ConfigError,
  ConnectError,
  GOOGLE_CREDENTIALS,
  GOOGLE_STORE_CHECK,
  SinkConnector,
} from "#connect-api";
import type { ConfigDef, ConfigReport, Props } from "#connect-api";
import { GoogleCredentialsError, GoogleUnreachableError } from "#lib/google-healthcare";
import { HL7V2_STORE, configDef } from "./config.ts";
import { GoogleHl7v2StoreSinkTask, clientOf, storeName } from "./task.ts";

/** Sends HL7 v2 messages into an HL7v2 store of Google Cloud's Healthcare API. */
export class GoogleHl7v2StoreSinkConnector extends SinkConnector {
  readonly version = "1.0.0";
  #props: Props = {};

  config(): ConfigDef {
    return configDef;
  }
  taskClass() {
    return GoogleHl7v2StoreSinkTask;
  }
  start(props: Props): void {
    this.#props = props;
  }
  taskConfigs(maxTasks: number): readonly Props[] {
    return Array.from({ length: maxTasks }, () => this.#props);
  }
  stop(): void {}

  /** Each key by itself; then, if all of them are right, a look at the store. */
  override async validate(props: Props): Promise<ConfigReport> {
    const report = configDef.validate(props);
    if (report.some(({ errors }) => errors.length > 0)) return report;
    const problem = await lookAround(props);
    if (!problem) return report;
    return report.map((value) =>
      value.name === problem.key ? { ...value, errors: [problem.why] } : value,
    );
  }
}

async function lookAround(
  props: Props,
): Promise<{ readonly key: string; readonly why: string } | undefined> {
  try {
    const values = configDef.parse(props);
    const client = await clientOf(values);
    if (!values[GOOGLE_STORE_CHECK]) return undefined;
    const name = storeName(values);
    const { status } = await client.call((api, options) =>
      api.projects.locations.datasets.hl7V2Stores.get({ name }, options),
    );
    if (status === 200) return undefined;
    if (status === 401 || status === 403) {
      const why = `Google refuses the identity (${status}): it needs healthcare.hl7V2Stores.get and the role Healthcare HL7v2 Message Ingest`;
      return { key: GOOGLE_CREDENTIALS, why };
    }
    const why = `There is no such HL7v2 store, or it cannot be seen (${status}): check project, location, dataset and store`;
    return { key: HL7V2_STORE, why };
  } catch (error) {
    if (error instanceof ConfigError) return { key: error.key ?? HL7V2_STORE, why: error.message };
    if (error instanceof GoogleCredentialsError) {
      return { key: GOOGLE_CREDENTIALS, why: error.message };
    }
    if (error instanceof GoogleUnreachableError || error instanceof ConnectError) {
      return { key: HL7V2_STORE, why: error.message };
    }
    throw error;
  }
}
