import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Hl7ParseError, parseMessage, readProfile, validateMessage } from "#lib/hl7v2";
import type { Finding, Profile, ValidationLevel } from "#lib/hl7v2";
import { CommandError, UsageError } from "../command.ts";
import type { Command } from "../command.ts";
import { inputBytes, messagesOf } from "../input.ts";

export const hl7Validate: Command = {
  name: "hl7 validate",
  summary: "what is wrong with messages, by code and place; exit 1 when there is an error",
  usage: "hl7 validate FILE|- [--level 0|1|2|3] [--profile PROFILE.json] [--json]",
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        level: { type: "string" },
        profile: { type: "string" },
        json: { type: "boolean", default: false },
      },
    });
    const [file] = positionals;
    if (file === undefined) throw new UsageError("A file, or -, is needed");
    const level = values.level ?? (values.profile === undefined ? "2" : "3");
    if (!/^[0-3]$/.test(level)) throw new UsageError("--level is 0, 1, 2 or 3");
    const profile = values.profile === undefined ? undefined : profileIn(values.profile);
    if (level === "3" && !profile) throw new UsageError("--level 3 needs --profile");
    let errors = 0;
    const messages = messagesOf(await inputBytes(file));
    messages.forEach((bytes, index) => {
      for (const finding of findingsOf(bytes, Number(level) as ValidationLevel, profile)) {
        if (finding.severity === "error") errors += 1;
        process.stdout.write(
          values.json ? jsonLine(index + 1, finding) : textLine(index + 1, finding),
        );
      }
    });
    process.stderr.write(`${messages.length} messages, ${errors} errors\n`);
    if (errors > 0) process.exitCode = 1;
  },
};

type Said = Omit<Finding, "code"> & { readonly code: string };

function findingsOf(bytes: Uint8Array, level: ValidationLevel, profile?: Profile): readonly Said[] {
  try {
    return validateMessage(parseMessage(bytes), level, profile);
  } catch (error) {
    if (!(error instanceof Hl7ParseError)) throw error;
    const { code, message, position = "MSH" } = error;
    return [
      {
        code,
        severity: "error",
        position,
        meaning: message,
        suggestion: "Look at its first bytes",
      },
    ];
  }
}

function profileIn(file: string): Profile {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    throw new CommandError(`The file ${file} cannot be read`);
  }
  return readProfile(text);
}

function jsonLine(message: number, finding: Said): string {
  return `${JSON.stringify({ message, ...finding })}\n`;
}

function textLine(
  message: number,
  { severity, code, position, meaning, suggestion }: Said,
): string {
  return `message ${message}: ${severity} ${code} at ${position}: ${meaning}. ${suggestion}.\n`;
}
