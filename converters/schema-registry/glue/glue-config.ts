import { atLeast, oneOf } from "#connect-api";
import type { ConfigKeys } from "#connect-api";
import { choiceKeys } from "../choice-config.ts";

/** Settings of AWS's converters. Credentials come from where the AWS SDK looks for them. */
export const glueKeys = {
  region: {
    type: "STRING",
    default: null,
    importance: "HIGH",
    group: "Registry",
    documentation: "AWS region; without it, what the SDK finds (AWS_REGION, profile).",
  },
  endpoint: {
    type: "STRING",
    default: null,
    importance: "LOW",
    group: "Registry",
    documentation: "Another address than the region's.",
  },
  "registry.name": {
    type: "STRING",
    default: "default-registry",
    importance: "HIGH",
    group: "Registry",
    documentation: "The registry.",
  },
  schemaName: {
    type: "STRING",
    default: null,
    importance: "MEDIUM",
    group: "Names and bytes",
    documentation: "The schema; without it, the topic's name.",
  },
  schemaAutoRegistrationEnabled: {
    type: "BOOLEAN",
    default: false,
    importance: "MEDIUM",
    group: "Which schema",
    documentation: "Register a schema that Glue does not have yet.",
  },
  compatibility: {
    type: "STRING",
    default: "BACKWARD",
    validator: oneOf(
      "NONE",
      "DISABLED",
      "BACKWARD",
      "BACKWARD_ALL",
      "FORWARD",
      "FORWARD_ALL",
      "FULL",
      "FULL_ALL",
    ),
    importance: "MEDIUM",
    group: "Which schema",
    documentation: "Level of schemas that are made.",
  },
  "use.latest.version": {
    ...choiceKeys["use.latest.version"],
    documentation:
      "Write with the newest version of the schema (not a setting of AWS's converters).",
  },
  "schema.policy": choiceKeys["schema.policy"],
  "schema.policy.consumers.url": choiceKeys["schema.policy.consumers.url"],
  compression: {
    type: "STRING",
    default: "NONE",
    validator: oneOf("NONE", "ZLIB"),
    importance: "LOW",
    group: "Names and bytes",
    documentation: "Whether data is compressed. Both are read.",
  },
  timeToLiveMillis: {
    type: "LONG",
    default: 86_400_000,
    validator: atLeast(0),
    importance: "LOW",
    group: "Registry",
    documentation: "How long the newest version is used before Glue is asked again.",
  },
  cacheSize: {
    type: "INT",
    default: 200,
    validator: atLeast(1),
    importance: "LOW",
    group: "Registry",
    documentation: "How many schemas are kept in memory.",
  },
  description: {
    type: "STRING",
    default: null,
    importance: "LOW",
    group: "Which schema",
    documentation: "Description of schemas that are made.",
  },
  "record.schemas": choiceKeys["record.schemas"],
} as const satisfies ConfigKeys;
