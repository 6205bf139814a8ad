import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { splitBatch } from "#lib/hl7v2";
import { generateMessages } from "#lib/hl7v2/simulator";

/** One character per byte. */
const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

/** What is mutated: the invented hospital's messages, and the sample messages when CLINICAL_DATA names them. */
export function originals(): readonly string[] {
  const own = [...generateMessages({ seed: 1, count: 300 })].map(latin1);
  const data = process.env["CLINICAL_DATA"];
  if (!data) return own;
  const folder = join(data, "hl7v2-samples");
  const samples = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".hl7"))
    .toSorted()
    .flatMap((file) => [...splitBatch(readFileSync(join(folder, file)))].map(latin1))
    .filter((text) => text.length < 20_000);
  return [...own, ...samples];
}
