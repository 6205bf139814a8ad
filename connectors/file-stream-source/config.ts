import { ConfigDef, nonEmptyString } from "#connect-api";

export const FILE = "file";
export const TOPIC = "topic";
export const BATCH_SIZE = "batch.size";

export const configDef = new ConfigDef({
  [FILE]: {
    type: "STRING",
    default: null,
    importance: "HIGH",
    documentation: "File to read and to follow. Without it, standard input.",
  },
  [TOPIC]: {
    type: "STRING",
    importance: "HIGH",
    validator: nonEmptyString,
    documentation: "Topic to write to.",
  },
  [BATCH_SIZE]: {
    type: "INT",
    default: 2000,
    importance: "LOW",
    documentation: "Most lines that the worker takes at once.",
  },
});
