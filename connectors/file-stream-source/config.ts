import { ConfigDef, nonEmptyString } from "#connect-api";

export const FILE = "file";
export const TOPIC = "topic";
export const BATCH_SIZE = "batch.size";

export const configDef = new ConfigDef({
  [FILE]: {
    type: "STRING",
    default: null,
    importance: "HIGH",
    displayName: "File",
    documentation: "File to read and to follow. Without it, standard input.",
  },
  [TOPIC]: {
    type: "STRING",
    importance: "HIGH",
    validator: nonEmptyString,
    displayName: "Topic",
    documentation: "Topic to write to.",
  },
  [BATCH_SIZE]: {
    type: "INT",
    default: 2000,
    importance: "LOW",
    displayName: "Batch size",
    documentation: "Most lines that the worker takes at once.",
  },
});
