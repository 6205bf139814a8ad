import { consumersOfSubject, majorVersionOf, readersOf } from "#lib/schema-registry";
import type { ChangePlan, Consumer, SchemaChange, VersionedSchema } from "#lib/schema-registry";

/** What happens to one subject. */
export interface SubjectPlan {
  readonly subject: string;
  readonly schemaType: string;
  /** Undefined for a subject that is new. */
  readonly plan: ChangePlan | undefined;
  readonly previous: (VersionedSchema & { readonly version?: number }) | undefined;
  /** What the registry itself has against it. */
  readonly reasons?: readonly string[];
}

const SIGNS: Readonly<Record<SchemaChange["class"], string>> = {
  major: "!",
  minor: "+",
  patch: "·",
};

export const isRefused = ({ plan, reasons }: SubjectPlan): boolean =>
  (plan?.isRefused ?? false) || (reasons?.length ?? 0) > 0;

/** Per subject: its class, and each change with its path and who reads it. */
export function report(plans: readonly SubjectPlan[], consumers: readonly Consumer[]): string {
  return plans
    .map((each) => subjectReport(each, consumersOfSubject(consumers, each.subject)))
    .join("");
}

function subjectReport(subject: SubjectPlan, consumers: readonly Consumer[]): string {
  const { plan, previous, schemaType, reasons = [] } = subject;
  const version = previous?.version === undefined ? "" : ` after version ${previous.version}`;
  const verdict = !plan
    ? "new"
    : plan.class === undefined
      ? "unchanged"
      : `${plan.class}${isRefused(subject) ? ", REFUSED" : plan.class === "major" ? ", with a new major version" : ""}`;
  const lines = [`${subject.subject} (${schemaType})${version}: ${verdict}`];
  for (const change of plan?.changes ?? []) {
    lines.push(`  ${SIGNS[change.class]} ${change.path || "(the whole)"}: ${change.message}`);
    const readers = change.class === "patch" ? [] : readersOf(consumers, change.path);
    if (readers.length > 0) lines.push(`      read by ${readers.join(", ")}`);
  }
  for (const reason of reasons) lines.push(`  the registry refuses it: ${reason}`);
  if (plan?.isRefused) {
    const next = majorVersionOf(previous?.metadata) + 1;
    lines.push(`  a major change needs major version ${next} (--major), or a new subject`);
  }
  return `${lines.join("\n")}\n`;
}

/** The same as data. */
export function reportJson(plans: readonly SubjectPlan[], consumers: readonly Consumer[]): string {
  const subjects = plans.map((each) => ({
    subject: each.subject,
    schemaType: each.schemaType,
    version: each.previous?.version ?? null,
    class: each.plan?.class ?? null,
    refused: isRefused(each),
    reasons: each.reasons ?? [],
    changes: (each.plan?.changes ?? []).map((change) => ({
      ...change,
      readers: readersOf(consumersOfSubject(consumers, each.subject), change.path),
    })),
  }));
  return `${JSON.stringify(subjects, undefined, 2)}\n`;
}
