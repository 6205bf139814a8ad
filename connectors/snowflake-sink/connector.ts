import { SinkConnector } from "#connect-api";
import type { ConfigDef, ConfigReport, Props } from "#connect-api";
import { configDef, javaConfigDef, javaStreamingConfigDef } from "./config.ts";
import { parseSettings } from "./settings.ts";
import type { Settings } from "./settings.ts";
import { SnowflakeSinkTask } from "./task.ts";
import { validateConfig } from "./validate.ts";

type Definition = typeof configDef | typeof javaConfigDef | typeof javaStreamingConfigDef;

/** A connector with its task: the three classes differ in their settings alone. `isJava` as in parseSettings. */
function connectorFor(definition: Definition, isJava: boolean) {
  const settingsOf = (props: Props): Settings => parseSettings(props, definition, isJava);

  class Task extends SnowflakeSinkTask {
    protected settingsOf = settingsOf;
  }

  return class SnowflakeConnector extends SinkConnector {
    readonly version = "1.0.0";
    #props: Props = {};

    config(): ConfigDef {
      return definition;
    }
    start(props: Props): void {
      this.#props = props;
    }
    taskClass() {
      return Task;
    }
    taskConfigs(maxTasks: number): readonly Props[] {
      return Array.from({ length: maxTasks }, () => this.#props);
    }
    stop(): void {}
    /** Each key by itself; then, if all of them are right, a login that looks around and writes nothing. */
    override validate(props: Props): Promise<ConfigReport> {
      return validateConfig(props, definition, settingsOf);
    }
  };
}

/** Bronze tables: by default one row for each resource, its newest state. */
export const SnowflakeSinkConnector = connectorFor(configDef, false);

/** Takes the configs of Java's connector 3.x. Source: com.snowflake.kafka.connector.SnowflakeSinkConnector. */
export const JavaSnowflakeSinkConnector = connectorFor(javaConfigDef, true);

/** Takes the configs of Java's connector 4.x. Source: com.snowflake.kafka.connector.SnowflakeStreamingSinkConnector. */
export const JavaSnowflakeStreamingSinkConnector = connectorFor(javaStreamingConfigDef, true);
