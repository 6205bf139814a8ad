import { atLeast, between, nonEmptyString, oneOf } from "#connect-api";
import type { ConfigKeys } from "#connect-api";

export const TOPIC_PREFIX = "topic.prefix";
export const TOPIC_TEMPLATE = "topic.template";
export const TOPIC_ALLOWED = "topic.allowed";
export const TOPIC_FALLBACK = "topic.fallback";
export const QUARANTINE_TOPIC = "quarantine.topic";
export const PATIENT_ID_TYPES = "patient.id.types";
export const PATIENT_ID_AUTHORITIES = "patient.id.authorities";
export const RECORD_TIMESTAMP = "record.timestamp";
export const RECORD_TIMESTAMP_BOUND_MS = "record.timestamp.bound.ms";
export const CHARSET_FORCED = "mllp.charset.forced";
export const CHARSET_FALLBACK = "mllp.charset.fallback";
export const BATCHES = "mllp.batches";
export const DUPLICATES = "mllp.duplicates";
export const DUPLICATES_WINDOW = "mllp.duplicates.window";

const GROUP = "Records";

export const recordKeys = {
  [TOPIC_PREFIX]: {
    type: "STRING",
    default: "healthcare.hl7v2.",
    importance: "HIGH",
    validator: nonEmptyString,
    group: GROUP,
    displayName: "Topic prefix",
    documentation: "Stands before every topic that `topic.template` makes.",
  },
  [TOPIC_TEMPLATE]: {
    type: "STRING",
    default: "{MSH-9.1}",
    importance: "MEDIUM",
    validator: nonEmptyString,
    group: GROUP,
    displayName: "Topic template",
    documentation:
      "The rest of the topic's name. `{MSH-9.1}` (ADT), `{MSH-9.2}` (A01), `{MSH-9.3}`, `{MSH-3}` to `{MSH-6}`, `{MSH-11}` and `{MSH-12}` stand for what the message says, in lower case: `healthcare.hl7v2.adt`. A value with anything but letters, digits, `_` and `-` makes no topic.",
  },
  [TOPIC_ALLOWED]: {
    type: "LIST",
    default: [],
    importance: "MEDIUM",
    group: GROUP,
    displayName: "Allowed topics",
    documentation:
      "Which topics a message may make, without the prefix; `*` at the end stands for any rest: `adt,oru,mdm*`. Empty: any.",
  },
  [TOPIC_FALLBACK]: {
    type: "STRING",
    default: "",
    importance: "LOW",
    group: GROUP,
    displayName: "Fallback topic",
    documentation:
      "Topic (full name) of messages whose own topic is not allowed or cannot be made. Empty: they are refused with AR and ERR 200, and kept in quarantine.",
  },
  [QUARANTINE_TOPIC]: {
    type: "STRING",
    default: "healthcare.hl7v2.quarantine",
    importance: "HIGH",
    validator: nonEmptyString,
    group: GROUP,
    displayName: "Quarantine topic",
    documentation:
      "Where refused input is kept, bytes untouched, with the reason in its headers. The sender gets its NAK after that.",
  },
  [PATIENT_ID_TYPES]: {
    type: "LIST",
    default: ["MR", "PI"],
    importance: "MEDIUM",
    group: GROUP,
    displayName: "Patient id types",
    documentation:
      "The record's key is the first id in PID-3 of one of these types (CX.5, table 0203), in this order; else the first id, else PID-2, PV1-19, MSH-10.",
  },
  [PATIENT_ID_AUTHORITIES]: {
    type: "LIST",
    default: [],
    importance: "MEDIUM",
    group: GROUP,
    displayName: "Patient id authorities",
    documentation:
      "Assigning authorities (CX.4.1 or CX.4.2), most wanted first. Ids of these come before all others, whatever their type. Empty: the type alone decides.",
  },
  [RECORD_TIMESTAMP]: {
    type: "STRING",
    default: "received",
    importance: "LOW",
    validator: oneOf("received", "message"),
    group: GROUP,
    displayName: "Record timestamp",
    documentation:
      "`received`: when the message came. `message`: MSH-7, when it names its zone and is within `record.timestamp.bound.ms` of that.",
  },
  [RECORD_TIMESTAMP_BOUND_MS]: {
    type: "LONG",
    default: 86_400_000,
    importance: "LOW",
    validator: atLeast(0),
    group: GROUP,
    displayName: "Timestamp bound",
    documentation: "How far MSH-7 may be from the time of receipt to be believed, in milliseconds.",
  },
  [CHARSET_FORCED]: {
    type: "STRING",
    default: null,
    importance: "LOW",
    group: GROUP,
    displayName: "Forced charset",
    documentation:
      "Charset of every message, whatever MSH-18 says, for reading key and headers. The value is never changed.",
  },
  [CHARSET_FALLBACK]: {
    type: "STRING",
    default: null,
    importance: "LOW",
    group: GROUP,
    displayName: "Fallback charset",
    documentation:
      "Charset of messages whose MSH-18 is empty or unknown. None: UTF-8 when the bytes are that, else windows-1252.",
  },
  [BATCHES]: {
    type: "STRING",
    default: "split",
    importance: "MEDIUM",
    validator: oneOf("split", "refuse"),
    group: GROUP,
    displayName: "Batches",
    documentation:
      "`split`: a batch (FHS, BHS) becomes one record for each message, all or nothing, with one answer; counts in BTS and FTS are checked. `refuse`: AR 200.",
  },
  [DUPLICATES]: {
    type: "STRING",
    default: "detect",
    importance: "MEDIUM",
    validator: oneOf("detect", "ignore"),
    group: GROUP,
    displayName: "Duplicates",
    documentation:
      "`detect`: a message with the sender (MSH-3, MSH-4), control id and bytes of one that is stored gets its AA and makes no second record. `ignore`: each makes a record.",
  },
  [DUPLICATES_WINDOW]: {
    type: "INT",
    default: 10_240,
    importance: "LOW",
    validator: between(64, 1_000_000),
    group: GROUP,
    displayName: "Duplicate window",
    documentation:
      "How many of the latest messages of each sender are remembered. They are kept with the source offsets, so that a restart does not forget them.",
  },
} as const satisfies ConfigKeys;
