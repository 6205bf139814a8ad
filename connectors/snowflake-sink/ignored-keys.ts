import type { ConfigKey } from "#connect-api";

/** Keys of Java's connectors that have nothing to set here; each says why. They are accepted and not read. */
const ignoredReasons: readonly (readonly [reason: string, keys: readonly string[]])[] = [
  [
    "there are no pipes and stages to clean",
    [
      "snowflake.snowpipe.v2CleanerEnabled",
      "snowflake.snowpipe.v2CleanerThreads",
      "snowflake.snowpipe.v2CleanerIntervalSeconds",
      "snowflake.snowpipe.v1Cleaner.enable.reprocessFiles.cleanup",
      "snowflake.snowpipe.stageFileNameExtensionEnabled",
      "snowflake.cache.pipe.exists",
      "snowflake.cache.pipe.exists.expire.ms",
    ],
  ],
  [
    "offsets are kept in a table, not in channels",
    [
      "snowflake.streaming.classic.offset.migration",
      "snowflake.streaming.classic.offset.migration.include.connector.name",
      "enable.streaming.client.optimization",
      "enable.streaming.channel.offset.migration",
      "enable.streaming.channel.offset.verification",
      "snowflake.streaming.channel.name.include.connector.name",
      "snowflake.streaming.closeChannelsInParallel.enabled",
      "snowflake.open.channel.io.threads",
    ],
  ],
  [
    "metrics are at the worker's /metrics",
    [
      "jmx",
      "snowflake.streaming.metrics.prometheus.enable",
      "snowflake.streaming.metrics.prometheus.port",
      "snowflake.streaming.metrics.prometheus.host",
    ],
  ],
  [
    "records are always checked before they are sent",
    ["snowflake.validation", "snowflake.streaming.validate.compatibility.with.classic"],
  ],
  [
    "they configure Java's drivers",
    ["snowflake.jdbc.map", "snowflake.streaming.client.provider.override.map"],
  ],
  [
    "there is nothing like it here",
    [
      "provider",
      "enable.mdc.logging",
      "snowflake.cache.table.exists",
      "snowflake.cache.table.exists.expire.ms",
      "snowflake.iceberg.create.table.options",
      "snowflake.topic2table.map.regex.replacement",
    ],
  ],
];

/** Their definitions. */
export const ignoredKeys: Record<string, ConfigKey> = Object.fromEntries(
  ignoredReasons.flatMap(([reason, keys]) =>
    keys.map((key): [string, ConfigKey] => [
      key,
      {
        type: "STRING",
        default: null,
        importance: "LOW",
        group: "Accepted and ignored",
        displayName: key,
        documentation: `Accepted from a config of Java's connector and ignored: ${reason}.`,
      },
    ]),
  ),
);
