import { has, hasChoice, isCoded, isNotAfter, list } from "./element.ts";
import type { Element, Invariant } from "./element.ts";

const HL7 = "http://terminology.hl7.org/CodeSystem";
const ERROR = ["entered-in-error"];

const anyOf =
  (...names: readonly string[]) =>
  (element: Element): boolean =>
    names.some((name) => has(element, name));
const notBoth =
  (first: string, second: string) =>
  (element: Element): boolean =>
    !has(element, first) || !has(element, second);

/** Every resource that may contain others; of the contained ones themselves nothing is asked. */
export const domainResourceInvariants: readonly Invariant[] = (
  [
    {
      key: "dom-2",
      holds: (root) => list(root, "contained").every((each) => !has(each, "contained")),
    },
    {
      key: "dom-3",
      holds: (root) => {
        const contained = list(root, "contained");
        if (contained.length === 0) return true;
        const references = referencesIn(root);
        return contained.every(
          (each) => references.has(`#${String(each["id"])}`) || refersToRoot(each),
        );
      },
    },
    {
      key: "dom-4",
      holds: (root) =>
        list(root, "contained").every(({ meta }) => {
          const { versionId, lastUpdated } = (meta ?? {}) as Element;
          return versionId === undefined && lastUpdated === undefined;
        }),
    },
    {
      key: "dom-5",
      holds: (root) =>
        list(root, "contained").every(({ meta }) => !has((meta ?? {}) as Element, "security")),
    },
  ] satisfies Invariant[]
).map(({ key, holds }) => ({
  key,
  holds: (element: Element, root: Element) => element !== root || holds(element),
}));

const refersToRoot = (contained: Element): boolean => referencesIn(contained).has("#");

/** Texts anywhere below that begin with `#`. */
function referencesIn(node: unknown, found = new Set<string>()): ReadonlySet<string> {
  if (typeof node === "string") {
    if (node.startsWith("#")) found.add(node);
  } else if (typeof node === "object" && node !== null) {
    for (const value of Object.values(node)) referencesIn(value, found);
  }
  return found;
}

/**
 * Invariants by resource type, or by the path of an element in it, for the resources of clinical pipelines.
 *
 * Source: FHIR R4 4.0.1, the StructureDefinitions' constraints of severity error.
 */
export const resourceInvariants: Readonly<Record<string, readonly Invariant[]>> = {
  AllergyIntolerance: [
    { key: "ait-1", holds: (each) => isAllergyError(each) || has(each, "clinicalStatus") },
    { key: "ait-2", holds: (each) => !isAllergyError(each) || !has(each, "clinicalStatus") },
  ],
  Appointment: [
    { key: "app-2", holds: (each) => has(each, "start") === has(each, "end") },
    {
      key: "app-3",
      holds: (each) =>
        (has(each, "start") && has(each, "end")) ||
        ["proposed", "cancelled", "waitlist"].includes(String(each["status"])),
    },
    {
      key: "app-4",
      holds: (each) =>
        !has(each, "cancelationReason") || ["noshow", "cancelled"].includes(String(each["status"])),
    },
  ],
  "Appointment.participant": [{ key: "app-1", holds: anyOf("type", "actor") }],
  "AuditEvent.entity": [{ key: "sev-1", holds: notBoth("name", "query") }],
  "CarePlan.activity": [{ key: "cpl-3", holds: notBoth("detail", "reference") }],
  "CareTeam.participant": [
    {
      key: "ctm-1",
      holds: (each) => {
        const { reference } = (each["member"] ?? {}) as { readonly reference?: string };
        const type = /^([A-Z][A-Za-z]+)\//.exec(reference ?? "")?.[1];
        return !has(each, "onBehalfOf") || type === undefined || type === "Practitioner";
      },
    },
  ],
  "Composition.section": [
    { key: "cmp-1", holds: anyOf("text", "entry", "section") },
    { key: "cmp-2", holds: notBoth("emptyReason", "entry") },
  ],
  Condition: [
    {
      key: "con-4",
      holds: (each) =>
        !hasChoice(each, "abatement") ||
        isCoded(each["clinicalStatus"], `${HL7}/condition-clinical`, [
          "resolved",
          "remission",
          "inactive",
        ]),
    },
    {
      key: "con-5",
      holds: (each) =>
        !isCoded(each["verificationStatus"], `${HL7}/condition-ver-status`, ERROR) ||
        !has(each, "clinicalStatus"),
    },
  ],
  "Condition.stage": [{ key: "con-1", holds: anyOf("summary", "assessment") }],
  "Condition.evidence": [{ key: "con-2", holds: anyOf("code", "detail") }],
  Consent: [{ key: "ppc-1", holds: anyOf("policy", "policyRule") }],
  "Goal.target": [
    { key: "gol-1", holds: (each) => !hasChoice(each, "detail") || has(each, "measure") },
  ],
  Group: [{ key: "grp-1", holds: (each) => !has(each, "member") || each["actual"] === true }],
  "Immunization.education": [{ key: "imm-1", holds: anyOf("documentType", "reference") }],
  "ImmunizationRecommendation.recommendation": [
    { key: "imr-1", holds: anyOf("vaccineCode", "targetDisease") },
  ],
  List: [
    { key: "lst-1", holds: notBoth("emptyReason", "entry") },
    {
      key: "lst-2",
      holds: (each) =>
        each["mode"] === "changes" || list(each, "entry").every((entry) => !has(entry, "deleted")),
    },
    {
      key: "lst-3",
      holds: (each) =>
        each["mode"] === "working" || list(each, "entry").every((entry) => !has(entry, "date")),
    },
  ],
  "MedicationAdministration.dosage": [
    { key: "mad-1", holds: (each) => has(each, "dose") || hasChoice(each, "rate") },
  ],
  MedicationDispense: [
    {
      key: "mdd-1",
      holds: ({ whenPrepared, whenHandedOver }) => isNotAfter(whenPrepared, whenHandedOver),
    },
  ],
  Observation: [
    {
      key: "obs-6",
      holds: (each) => !has(each, "dataAbsentReason") || !hasChoice(each, "value"),
    },
    { key: "obs-7", holds: (each) => !hasChoice(each, "value") || !repeatsItsCode(each) },
  ],
  "Observation.referenceRange": [{ key: "obs-3", holds: anyOf("low", "high", "text") }],
  Organization: [
    { key: "org-1", holds: anyOf("identifier", "name") },
    { key: "org-2", holds: (each) => list(each, "address").every(({ use }) => use !== "home") },
    { key: "org-3", holds: (each) => list(each, "telecom").every(({ use }) => use !== "home") },
  ],
  "Patient.contact": [{ key: "pat-1", holds: anyOf("name", "telecom", "address", "organization") }],
  ServiceRequest: [
    { key: "prr-1", holds: (each) => !has(each, "orderDetail") || has(each, "code") },
  ],
  Task: [
    {
      key: "inv-1",
      holds: ({ authoredOn, lastModified }) => isNotAfter(authoredOn, lastModified),
    },
  ],
};

function isAllergyError(each: Element): boolean {
  return isCoded(each["verificationStatus"], `${HL7}/allergyintolerance-verification`, ERROR);
}

/** Whether a component has a coding of the observation's own code. */
function repeatsItsCode(observation: Element): boolean {
  const components = list(observation, "component");
  if (components.length === 0) return false;
  const key = ({ system, code }: Element): string => JSON.stringify([system, code]);
  const own = new Set(list((observation["code"] ?? {}) as Element, "coding").map(key));
  return components.some(({ code }) =>
    list((code ?? {}) as Element, "coding").some((coding) => own.has(key(coding))),
  );
}
