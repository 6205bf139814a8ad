import type { PluginManifest } from "#connect-api";
import {
  JavaSnowflakeSinkConnector,
  JavaSnowflakeStreamingSinkConnector,
  SnowflakeSinkConnector,
} from "./connector.ts";

export default {
  connectors: {
    SnowflakeSinkConnector,
    "com.snowflake.kafka.connector.SnowflakeSinkConnector": JavaSnowflakeSinkConnector,
    "com.snowflake.kafka.connector.SnowflakeStreamingSinkConnector":
      JavaSnowflakeStreamingSinkConnector,
  },
} satisfies PluginManifest;
