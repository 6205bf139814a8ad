import { parseArgs } from "node:util";
import { RegistryError, majorVersionOf, planChange } from "#lib/schema-registry";
import type {
  GovernedRegistry,
  NewSchema,
  RegisteredSchema,
  VersionedSchema,
} from "#lib/schema-registry";
import { CommandError, UsageError } from "../command.ts";
import type { Command } from "../command.ts";
import { REGISTRY_USAGE, openRegistryOf, registryOptions } from "../registry-option.ts";
import { consumersOf, lastReleased, releasedSubjects, schemaOfFile } from "../schema-files.ts";
import { isRefused, report, reportJson } from "../schema-report.ts";
import type { SubjectPlan } from "../schema-report.ts";

const options = {
  ...registryOptions,
  subject: { type: "string" },
  connectors: { type: "string", default: "connect-configs" },
  major: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
} as const;

const CONNECTORS_USAGE = "[--connectors DIR|URL] [--json]";

/** Exit 1 when something is refused, so that CI stops there. */
function conclude(plans: readonly SubjectPlan[]): void {
  const refused = plans.filter(isRefused).map(({ subject }) => subject);
  if (refused.length > 0) throw new CommandError(`Refused: ${refused.join(", ")}`);
}

interface Target {
  readonly subject: string;
  readonly next: VersionedSchema;
  readonly previous: (RegisteredSchema & VersionedSchema) | undefined;
}

async function targetOf(
  registry: GovernedRegistry,
  args: { readonly file: string; readonly subject: string | undefined; readonly major: boolean },
): Promise<Target> {
  if (args.subject === undefined) throw new UsageError("--subject NAME is needed");
  const previous = await registry.latest(args.subject).catch((error: unknown) => {
    if (error instanceof RegistryError && error.code === "SCHEMA_NOT_FOUND") return undefined;
    throw error;
  });
  const major = majorVersionOf(previous?.metadata) + (args.major ? 1 : 0);
  // Metadata only where it says something: older registries do not know it.
  const next = schemaOfFile(args.file, args.major || previous?.metadata ? major : undefined);
  return {
    subject: args.subject,
    next,
    previous: previous ? { ...previous, references: [] } : undefined,
  };
}

async function planOf(registry: GovernedRegistry, target: Target): Promise<SubjectPlan> {
  const { subject, next, previous } = target;
  const plan = previous ? planChange(next, previous) : undefined;
  const reasons =
    plan?.class === undefined ? [] : await registry.incompatibilities(subject, newSchema(next));
  // What the policy says is in the plan already.
  const own = reasons.filter(
    (reason) => !/^(policy clinical|a major change needs|and \d+ more)/.test(reason),
  );
  return { subject, schemaType: next.schemaType, plan, previous, reasons: own };
}

function newSchema({ schemaType, schema, metadata }: VersionedSchema): NewSchema {
  return { schemaType, schema, ...(metadata ? { metadata } : {}) };
}

function oneFile(positionals: readonly string[]): string {
  const [file] = positionals;
  if (file === undefined || positionals.length > 1)
    throw new UsageError("One schema file is needed");
  return file;
}

const plan: Command = {
  name: "schema plan",
  summary: "what a schema file would change in a registry, path by path, and who reads it",
  usage: `schema plan FILE --subject NAME ${REGISTRY_USAGE} [--major] ${CONNECTORS_USAGE}`,
  async run(args) {
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
    const registry = openRegistryOf(values.registry);
    try {
      const target = await targetOf(registry, {
        file: oneFile(positionals),
        subject: values.subject,
        major: values.major,
      });
      const plans = [await planOf(registry, target)];
      const consumers = await consumersOf(values.connectors);
      process.stdout.write(values.json ? reportJson(plans, consumers) : report(plans, consumers));
      conclude(plans);
    } finally {
      registry.close();
    }
  },
};

const register: Command = {
  name: "schema register",
  summary:
    "registers a schema file as the next version, unless it is a major change without --major",
  usage: `schema register FILE --subject NAME ${REGISTRY_USAGE} [--major] ${CONNECTORS_USAGE}`,
  async run(args) {
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
    const registry = openRegistryOf(values.registry);
    try {
      const target = await targetOf(registry, {
        file: oneFile(positionals),
        subject: values.subject,
        major: values.major,
      });
      const plans = [await planOf(registry, target)];
      if (plans.some(isRefused)) {
        process.stderr.write(report(plans, await consumersOf(values.connectors)));
        conclude(plans);
      }
      const made = await registry.register(target.subject, newSchema(target.next), false);
      process.stdout.write(
        `${JSON.stringify({ subject: target.subject, version: made.version, id: made.id })}\n`,
      );
    } finally {
      registry.close();
    }
  },
};

const check: Command = {
  name: "schema check",
  summary: "the schema files of a folder against the versions that were released from it; for CI",
  usage: `schema check [--released DIR] ${CONNECTORS_USAGE}`,
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        released: { type: "string", default: "schemas/released" },
        connectors: options.connectors,
        json: options.json,
      },
    });
    const plans = releasedSubjects(values.released).map((subject): SubjectPlan => {
      const previous = lastReleased(values.released, subject);
      const next = schemaOfFile(subject.current, subject.majors.at(-1));
      return {
        subject: subject.subject,
        schemaType: subject.schemaType,
        previous,
        plan: previous ? planChange(next, previous) : undefined,
      };
    });
    const shown = plans.filter(({ plan: each }) => each?.class !== undefined);
    const consumers = await consumersOf(values.connectors);
    process.stdout.write(values.json ? reportJson(plans, consumers) : report(shown, consumers));
    process.stderr.write(`${plans.length} subjects, ${shown.length} changed since their release\n`);
    conclude(plans);
  },
};

export const schemaCommands: readonly Command[] = [plan, register, check];
