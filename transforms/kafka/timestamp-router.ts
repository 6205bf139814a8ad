import { ConfigDef, DataError, Transformation } from "#connect-api";
import type { ConnectRecord, Props } from "#connect-api";
import { SimpleDateFormat } from "#lib/simple-date-format";
import { configError } from "./requirements.ts";

export const TOPIC_FORMAT = "topic.format";
export const TIMESTAMP_FORMAT = "timestamp.format";

export const configDef = new ConfigDef({
  [TOPIC_FORMAT]: {
    type: "STRING",
    default: "${topic}-${timestamp}",
    importance: "HIGH",
    documentation: "The new name, in which `${topic}` and `${timestamp}` are filled in.",
  },
  [TIMESTAMP_FORMAT]: {
    type: "STRING",
    default: "yyyyMMdd",
    importance: "HIGH",
    documentation: "Pattern of Java's SimpleDateFormat for the record's timestamp, in UTC.",
  },
});

/** Names topics after the record's timestamp. Source: org.apache.kafka.connect.transforms.TimestampRouter. */
export class TimestampRouter extends Transformation {
  override readonly version = "1.0.0";
  #topicFormat = "";
  #format = new SimpleDateFormat("");

  config() {
    return configDef;
  }
  configure(props: Props): void {
    const config = configDef.parse(props);
    this.#topicFormat = config[TOPIC_FORMAT];
    try {
      this.#format = new SimpleDateFormat(config[TIMESTAMP_FORMAT]);
    } catch (error) {
      const reason = error instanceof Error ? error.message : "it cannot be read";
      throw configError(
        `Invalid value ${config[TIMESTAMP_FORMAT]} for configuration ${TIMESTAMP_FORMAT}: ${reason}`,
      );
    }
  }
  apply<R extends ConnectRecord>(record: R): R {
    if (record.timestamp === null) {
      throw new DataError("TIMESTAMP_MISSING", "Timestamp missing on record");
    }
    const topic = this.#topicFormat
      .replaceAll("${topic}", () => record.topic)
      .replaceAll("${timestamp}", this.#format.format(record.timestamp));
    return record.with({ topic });
  }
}
