interface Issue {
  readonly code?: unknown;
  readonly diagnostics?: unknown;
  readonly details?: { readonly text?: unknown };
  readonly expression?: unknown;
  readonly location?: unknown;
}

/** Source: FHIR R4, value set issue-type. Anything else in an outcome is not repeated: it could be anything. */
const ISSUE_TYPES: ReadonlySet<string> = new Set(
  (
    "invalid structure required value invariant security login unknown expired forbidden suppressed processing " +
    "not-supported duplicate multiple-matches not-found deleted too-long code-invalid extension too-costly " +
    "business-rule conflict transient lock-error no-store exception timeout incomplete throttled informational"
  ).split(" "),
);

/** A path of elements and indexes alone; a FHIRPath with conditions could quote a value. */
const ELEMENT_PATH = /^[A-Z][A-Za-z]{0,63}(\.[a-z][A-Za-z]{0,63}(\[\d{1,4}\])?){0,12}$/;

function issuesOf(outcome: unknown): readonly Issue[] {
  const { issue } = (outcome ?? {}) as { readonly issue?: unknown };
  return Array.isArray(issue) ? issue.filter((each) => typeof each === "object" && each) : [];
}

/** The issue types of an OperationOutcome, each once. */
export function issueCodes(outcome: unknown): readonly string[] {
  const codes = issuesOf(outcome).map(({ code }) => String(code));
  return [...new Set(codes)].filter((code) => ISSUE_TYPES.has(code));
}

/** What an outcome says without its texts: `invalid, required at Patient.name[0].family`. Texts may quote the record. */
export function outcomeWithoutTexts(outcome: unknown): string {
  const paths = issuesOf(outcome)
    .flatMap(({ expression, location }) => [expression, location].flat())
    .filter((path) => typeof path === "string" && ELEMENT_PATH.test(path));
  const codes = issueCodes(outcome).join(", ");
  const places = [...new Set(paths)].slice(0, 5).join(", ");
  return places === "" ? codes : `${codes} at ${places}`;
}

/**
 * Servers have no code of their own for a reference that leads nowhere, so this looks into their texts. HAPI says
 * "Resource Patient/1 not found, specified in path: …" (HAPI-1094), Google "reference_not_found".
 */
const MISSING_REFERENCE =
  /(not found|is deleted), specified in path|HAPI-109[456]|reference_not_found|unresolved.reference|referential integrity|reference[^.]{0,80}(does not exist|not found|cannot be resolved|unresolv)/i;

/** Whether an outcome tells of a reference to a resource that the store does not have (yet). */
export function isMissingReference(outcome: unknown): boolean {
  return issuesOf(outcome).some(({ diagnostics, details }) =>
    [diagnostics, details?.text].some(
      (text) => typeof text === "string" && MISSING_REFERENCE.test(text),
    ),
  );
}
