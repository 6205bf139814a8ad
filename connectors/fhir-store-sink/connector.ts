import { SinkConnector } from "#connect-api";
import type { ConfigDef, ConfigReport, Props } from "#connect-api";
import { lookAtServer } from "./capability.ts";
import { SERVER_URL, configDef } from "./config.ts";
import { genericSettings } from "./generic.ts";
import { FhirSinkTask } from "./task.ts";
import { validateConfig } from "./validate.ts";

/** What the faces of the sink share: the config goes to each task as it is. */
export abstract class FhirConnector extends SinkConnector {
  readonly version = "1.0.0";
  #props: Props = {};

  start(props: Props): void {
    this.#props = props;
  }
  taskConfigs(maxTasks: number): readonly Props[] {
    return Array.from({ length: maxTasks }, () => this.#props);
  }
  stop(): void {}
}

/** Writes FHIR resources into any FHIR R4 server. */
export class FhirStoreSinkConnector extends FhirConnector {
  config(): ConfigDef {
    return configDef;
  }
  taskClass() {
    return GenericTask;
  }
  override validate(props: Props): Promise<ConfigReport> {
    return validateConfig(props, configDef, {
      addressKey: SERVER_URL,
      settingsOf: genericSettings,
      lookAround: (right, settings) => lookAtServer(configDef.parse(right), settings),
    });
  }
}

class GenericTask extends FhirSinkTask {
  protected settingsOf = genericSettings;
}
