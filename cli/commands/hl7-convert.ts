import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { isTimeZone } from "#lib/fhir";
import { parseMessage } from "#lib/hl7v2";
import type { Message } from "#lib/hl7v2";
import type * as Library from "../../transforms/hl7v2-to-fhir/library.ts";
import type {
  ConversionOptions,
  ConversionReport,
  LocalWays,
} from "../../transforms/hl7v2-to-fhir/library.ts";
import { CommandError, UsageError } from "../command.ts";
import type { Command } from "../command.ts";
import { inputBytes, messagesOf } from "../input.ts";

export const hl7Convert: Command = {
  name: "hl7 convert",
  summary: "messages as FHIR R4 bundles, or a report of what became of each field",
  usage:
    "hl7 convert FILE|- [--report] [--bundle transaction|message] [--profile r4|us-core] [--time-zone ZONE] [--local-ways FILE.json]",
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        report: { type: "boolean" },
        bundle: { type: "string", default: "transaction" },
        profile: { type: "string", default: "r4" },
        "time-zone": { type: "string", default: "UTC" },
        "local-ways": { type: "string" },
      },
    });
    const [file] = positionals;
    if (file === undefined) throw new UsageError("A file, or -, is needed");
    const bundle = chosen("bundle", values.bundle, ["transaction", "message"] as const);
    const timeZone = values["time-zone"];
    if (!isTimeZone(timeZone)) throw new UsageError("--time-zone takes UTC, +01:00 or a name");
    const options: ConversionOptions = {
      timeZone,
      receivedAt: new Date().toISOString(),
      profile: chosen("profile", values.profile, ["r4", "us-core"] as const),
      trace: values.report ?? false,
    };
    // Loaded here, because its maps take longer to load than all the other commands.
    const library = await import("../../transforms/hl7v2-to-fhir/library.ts");
    const waysFile = values["local-ways"];
    const ways = waysFile === undefined ? undefined : waysIn(library, waysFile);
    let failed = 0;
    for (const bytes of messagesOf(await inputBytes(file))) {
      const message = parseMessage(bytes);
      const form = values.report ? "report" : bundle;
      const output = converted(library, message, { options, ways }, form);
      if (output === undefined) failed += 1;
      else process.stdout.write(output);
    }
    if (failed > 0) process.exitCode = 1;
  },
};

function waysIn(library: typeof Library, file: string): LocalWays {
  const read = (name: string): string => {
    try {
      return readFileSync(name, "utf8");
    } catch {
      throw new CommandError(`The file ${name} cannot be read`);
    }
  };
  return library.readLocalWays(read(file), (name) => read(resolve(dirname(file), name)));
}

/** The text to print; undefined when the message is not converted, which stderr says. */
function converted(
  library: typeof Library,
  message: Message,
  { options, ways }: { readonly options: ConversionOptions; readonly ways: LocalWays | undefined },
  form: "report" | "transaction" | "message",
): string | undefined {
  const result = library.convertLocally(message, options, ways);
  if ("problem" in result) {
    process.stderr.write(`${result.problem}: ${result.text}\n`);
    return undefined;
  }
  if (form !== "report")
    return `${JSON.stringify(library.toBundle(result.conversion, form), null, 2)}\n`;
  const report = library.conversionReport(result.conversion.message, result.conversion);
  const { mapped, ignored, unmapped } = report.counts;
  process.stderr.write(
    `${result.structure}: ${mapped} fields mapped, ${ignored} ignored on purpose, ${unmapped} unmapped\n`,
  );
  return [...linesOf(report)].map((line) => `${line}\n`).join("");
}

/** `PV1-14<TAB>mapped<TAB>Encounter.hospitalization.admitSource`; places only, never values. */
function* linesOf({ fields }: ConversionReport): Generator<string> {
  for (const { place, outcome, reason, made = [] } of fields) {
    const elements = made.map(({ element, resource }) => `${element} (${resource + 1})`).join(", ");
    yield [place, outcome, reason ?? elements].join("\t");
  }
}

function chosen<T extends string>(option: string, value: string, values: readonly T[]): T {
  const found = values.find((each) => each === value);
  if (found === undefined) throw new UsageError(`--${option} takes ${values.join(" or ")}`);
  return found;
}
