import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Hl7ParseError, parseMessage, splitBatch, validateMessage } from "./index.ts";

const data = process.env["CLINICAL_DATA"];

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
