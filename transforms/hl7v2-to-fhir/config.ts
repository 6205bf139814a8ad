import { ConfigDef, ConfigError, nonEmptyString } from "#connect-api";
import { isTimeZone } from "#lib/fhir";

export const TOPIC_PREFIX = "topic.prefix";
export const TIME_ZONE = "time.zone";

export const configDef = new ConfigDef({
  [TOPIC_PREFIX]: {
    type: "STRING",
    default: "healthcare.fhir.",
    validator: nonEmptyString,
    importance: "HIGH",
    displayName: "Topic prefix",
    documentation:
      "A resource goes to the topic of this prefix and its type in lower case: Patient to `healthcare.fhir.patient`.",
  },
  [TIME_ZONE]: {
    type: "STRING",
    default: "UTC",
    validator: {
      ensureValid(key, value) {
        if (isTimeZone(String(value))) return;
        const message = `Invalid value ${String(value)} for configuration ${key}: not a time zone; write UTC, +01:00 or Europe/Berlin`;
        throw new ConfigError("CONFIG_INVALID", message, { key });
      },
      describe: () => "time zone",
    },
    importance: "HIGH",
    displayName: "Time zone",
    documentation:
      "Zone of the sender's clocks, for times that are sent without one: `UTC`, an offset such as `+01:00`, or a name such as `Europe/Berlin`. FHIR demands a zone; one that is sent is kept.",
  },
});
