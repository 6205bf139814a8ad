import { ConfigDef } from "#connect-api";

export const FILE = "file";

export const configDef = new ConfigDef({
  [FILE]: {
    type: "STRING",
    default: null,
    importance: "HIGH",
    documentation:
      "File to append to; it and its folders are made if need be. Without it, standard output.",
  },
});
