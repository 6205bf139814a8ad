import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  BatchReader,
  Hl7ParseError,
  MessageEditor,
  encodeEscapes,
  parseMessage,
  splitBatch,
  validateMessage,
} from "./index.ts";
import type { Message } from "./index.ts";

const data = process.env["CLINICAL_DATA"];

/** The text of every segment, put together from its smallest parts. */
function rebuilt(message: Message): string {
  const { field, repetition, component } = message.delimiters;
  return message.segments
    .map((segment) => {
      const isHeader = segment.name === "MSH" || segment.name === "FHS" || segment.name === "BHS";
      const fields = segment.fields.map((one) =>
        one.repetitions
          .map(({ components }) => components.map(({ text }) => text).join(component))
          .join(repetition),
      );
      if (fields.length === 0) return segment.text;
      return [segment.name, ...(isHeader ? fields.slice(1) : fields)].join(field);
    })
    .join("\r");
}

test("every sample message is read whole, and written back as it was", (t) => {
  if (!data) {
    t.skip("CLINICAL_DATA is not set: the sample messages were NOT read");
    return;
  }
  const folder = join(data, "hl7v2-samples");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".hl7"),
  );
  let parsed = 0;
  let refused = 0;
  for (const file of files) {
    for (const bytes of splitBatch(readFileSync(join(folder, file)))) {
      try {
        const message = parseMessage(bytes);
        const again = parseMessage(message.toText());
        validateMessage(message, 2);

        assert.deepEqual(message.toBytes(), bytes, file);
        assert.equal(rebuilt(message), message.segments.map(({ text }) => text).join("\r"), file);
        // An editor that changes nothing and one that changes something back write the same bytes.
        const mark = new MessageEditor(message).set("MSH-10", "x").toBytes();
        const control = message.header.segment.field(10).text;
        if (control === "" || control === encodeEscapes(control, message.delimiters)) {
          const back = new MessageEditor(parseMessage(mark)).set("MSH-10", control).toBytes();
          if (message.header.segment.fieldCount >= 10)
            assert.deepEqual(back, Uint8Array.from(bytes), file);
        }
        assert.deepEqual(
          again.segments.map(({ text }) => text),
          message.segments.map(({ text }) => text),
          file,
        );
        // What was sent with carriage returns alone comes back byte for byte from the segments, too.
        const text = new TextDecoder().decode(bytes);
        if (message.charset === "utf-8" && /^[^\n]*\r$/.test(text) && !text.includes("\r\r")) {
          assert.equal(message.toText(), text, file);
        }
        parsed += 1;
      } catch (error) {
        if (!(error instanceof Hl7ParseError)) throw error;
        refused += 1;
      }
    }
  }
  t.diagnostic(`${parsed} messages in ${files.length} files, ${refused} refused`);
  assert.ok(parsed > 900);
});

test("a file that comes in pieces has the messages of the whole one", (t) => {
  if (!data) {
    t.skip("CLINICAL_DATA is not set: the sample messages were NOT read");
    return;
  }
  const folder = join(data, "hl7v2-samples");
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".hl7")) continue;
    const input = readFileSync(join(folder, file));
    const reader = new BatchReader();
    const messages: Uint8Array[] = [];
    for (let at = 0; at < input.length; at += 97) {
      for (const event of reader.push(input.subarray(at, at + 97))) {
        if (event.kind === "message") messages.push(event.bytes);
      }
    }
    for (const event of reader.end()) if (event.kind === "message") messages.push(event.bytes);

    const whole = [...splitBatch(input)].map((bytes) => Uint8Array.from(bytes));
    assert.deepEqual(messages, whole, file);
  }
});
