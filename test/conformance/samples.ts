import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import type { FhirResource } from "fhir/r4";
import { Hl7ParseError, parseMessage, splitBatch } from "#lib/hl7v2";
import type { ConversionOptions } from "../../transforms/hl7v2-to-fhir/conversion.ts";
import { convertMessage } from "../../transforms/hl7v2-to-fhir/convert.ts";

const plain: ConversionOptions = { timeZone: "UTC", receivedAt: "2026-01-01T00:00:00Z" };

/** What became of one message: its resources, or why there are none. */
export interface Output {
  /** The sample's file, and the message's number in it from 1 on. */
  readonly name: string;
  readonly resources: readonly FhirResource[];
  readonly problem?: string;
}

export interface SampleFile {
  readonly file: string;
  /** Files with a peer's output. */
  readonly expected: readonly string[];
}

/** The folder of sample messages, or undefined when CLINICAL_DATA does not hold it. */
export function samplesFolder(): string | undefined {
  const folder = join(process.env["CLINICAL_DATA"] ?? "", "hl7v2-samples");
  return process.env["CLINICAL_DATA"] && existsSync(folder) ? folder : undefined;
}

export function sampleFiles(folder: string): readonly SampleFile[] {
  const rows = parse(readFileSync(join(folder, "index.csv")), { columns: true }) as {
    readonly file: string;
    readonly expected: string;
  }[];
  return rows.map(({ file, expected }) => ({
    file,
    expected: expected.split(";").filter((each) => each !== ""),
  }));
}

/** Converts bytes that hold one message. */
export function outputOf(
  name: string,
  bytes: Uint8Array,
  profile: ConversionOptions["profile"] = "r4",
): Output {
  try {
    const result = convertMessage(parseMessage(bytes), { ...plain, profile });
    if (!("made" in result)) return { name, resources: [], problem: result.problem };
    return { name, resources: result.made.map(({ resource }) => resource) };
  } catch (error) {
    if (!(error instanceof Hl7ParseError)) throw error;
    return { name, resources: [], problem: error.code };
  }
}

/** Every message of every sample file, batches message by message. */
export function* sampleOutputs(
  folder: string,
  profile?: ConversionOptions["profile"],
): Generator<Output> {
  for (const { file } of sampleFiles(folder)) {
    const bytes = readFileSync(join(folder, file));
    const messages = [...splitBatch(bytes)];
    // What holds no message at all is refused as a whole.
    if (messages.length === 0) messages.push(bytes);
    for (const [index, message] of messages.entries()) {
      yield outputOf(messages.length > 1 ? `${file}#${index + 1}` : file, message, profile);
    }
  }
}
