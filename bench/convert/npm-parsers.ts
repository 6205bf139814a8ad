import { createRequire } from "node:module";
import { Hl7Message } from "@medplum/core";
import { HL7Message } from "hl7v2";
import { Message as ClientMessage } from "node-hl7-client";
import { measureAll } from "./measure.ts";

const require = createRequire(import.meta.url);
const Hl7Standard = require("hl7-standard") as new (text: string) => {
  transform(): void;
  get(path: string): unknown;
};
const { Parser: SimpleParser } = require("simple-hl7") as {
  Parser: new () => { parse(text: string): unknown };
};
const redox = require("@redoxengine/redox-hl7-v2") as {
  Parser: new () => { parse(text: string): unknown };
};
const simple = new SimpleParser();

/** What each package calls parsing; the lazy ones (node-hl7-client, @medplum/core) leave work for later. */
measureAll((_, bytes) => {
  const text = new TextDecoder().decode(bytes);
  return [
    [{ task: "parse", peer: "@medplum/core" }, () => Hl7Message.parse(text)],
    [{ task: "parse", peer: "node-hl7-client" }, () => new ClientMessage({ text })],
    [{ task: "parse", peer: "simple-hl7" }, () => simple.parse(text)],
    [{ task: "parse", peer: "hl7v2" }, () => HL7Message.parse(text)],
    [{ task: "parse", peer: "redox-hl7-v2" }, () => new redox.Parser().parse(text)],
    [
      { task: "parse", peer: "hl7-standard" },
      () => {
        const message = new Hl7Standard(text);
        message.transform();
        return message.get("MSH.10");
      },
    ],
  ];
});
