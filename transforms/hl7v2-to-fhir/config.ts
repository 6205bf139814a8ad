import { ConfigDef, ConfigError, nonEmptyString, oneOf } from "#connect-api";
import { isTimeZone } from "#lib/fhir";

export const TOPIC_PREFIX = "topic.prefix";
export const TIME_ZONE = "time.zone";
export const FHIR_PROFILE = "fhir.profile";
export const ID_NAMESPACE = "id.namespace";
export const LOCAL_WAYS = "local.ways";
export const LOCAL_WAYS_FILE = "local.ways.file";

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
  [FHIR_PROFILE]: {
    type: "STRING",
    default: "r4",
    validator: oneOf("r4", "us-core"),
    importance: "MEDIUM",
    displayName: "FHIR profile",
    documentation:
      "`r4`: plain FHIR R4. `us-core`: also what US Core demands, with a data-absent-reason where the message says nothing of it, and the profile in `meta`.",
  },
  [ID_NAMESPACE]: {
    type: "STRING",
    default: "",
    importance: "LOW",
    displayName: "Id name space",
    documentation:
      "Part of every id: set it when several installations whose numbers are not unique among them write into one store. Changing it gives every resource another id.",
  },
  [LOCAL_WAYS_FILE]: {
    type: "STRING",
    default: null,
    validator: nonEmptyString,
    importance: "MEDIUM",
    displayName: "Local ways, file",
    documentation:
      "JSON file on the worker's machine that says what senders do in their own way: Z segments, codes, assigning authorities, clocks. ConceptMap files are found beside it. Read when the connector starts.",
  },
  [LOCAL_WAYS]: {
    type: "STRING",
    default: null,
    validator: nonEmptyString,
    importance: "MEDIUM",
    displayName: "Local ways",
    documentation: "The same JSON as text, instead of a file; ConceptMaps are written down in it.",
  },
});
