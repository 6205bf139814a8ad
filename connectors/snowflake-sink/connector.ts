import { SinkConnector } from "#connect-api";
import type { ConfigDef, ConfigReport, Props } from "#connect-api";
import { configDef, javaConfigDef, javaStreamingConfigDef } from "./config.ts";
import { parseSettings } from "./settings.ts";
import type { Settings } from "./settings.ts";
import { SnowflakeSinkTask } from "./task.ts";
import { validateConfig } from "./validate.ts";

/** The parts that the three classes share. */
abstract class SnowflakeConnector extends SinkConnector {
  readonly version = "1.0.0";
  #props: Props = {};

  protected abstract settingsOf(props: Props): Settings;

  start(props: Props): void {
    this.#props = props;
  }
  taskConfigs(maxTasks: number): readonly Props[] {
    return Array.from({ length: maxTasks }, () => this.#props);
  }
  stop(): void {}
  /** Each key by itself; then, if all of them are right, a login that looks around and writes nothing. */
  override validate(props: Props): Promise<ConfigReport> {
    return validateConfig(props, this.config(), (right) => this.settingsOf(right));
  }
}

const ownSettings = (props: Props): Settings => parseSettings(props, configDef, false);
const javaSettings = (props: Props): Settings => parseSettings(props, javaConfigDef, true);
const javaStreamingSettings = (props: Props): Settings =>
  parseSettings(props, javaStreamingConfigDef, true);

/** Bronze tables: by default one row for each resource, its newest state. */
export class SnowflakeSinkConnector extends SnowflakeConnector {
  config(): ConfigDef {
    return configDef;
  }
  taskClass() {
    return OwnTask;
  }
  protected settingsOf = ownSettings;
}

class OwnTask extends SnowflakeSinkTask {
  protected settingsOf = ownSettings;
}

/** Takes the configs of Java's connector 3.x. Source: com.snowflake.kafka.connector.SnowflakeSinkConnector. */
export class JavaSnowflakeSinkConnector extends SnowflakeConnector {
  config(): ConfigDef {
    return javaConfigDef;
  }
  taskClass() {
    return JavaTask;
  }
  protected settingsOf = javaSettings;
}

class JavaTask extends SnowflakeSinkTask {
  protected settingsOf = javaSettings;
}

/** Takes the configs of Java's connector 4.x. Source: com.snowflake.kafka.connector.SnowflakeStreamingSinkConnector. */
export class JavaSnowflakeStreamingSinkConnector extends SnowflakeConnector {
  config(): ConfigDef {
    return javaStreamingConfigDef;
  }
  taskClass() {
    return JavaStreamingTask;
  }
  protected settingsOf = javaStreamingSettings;
}

class JavaStreamingTask extends SnowflakeSinkTask {
  protected settingsOf = javaStreamingSettings;
}
