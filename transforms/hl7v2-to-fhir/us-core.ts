import type { FhirResource, Identifier, Patient } from "fhir/r4";
import { absent } from "./datatypes/cx-identifier.ts";

const ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason";
const unknown = () => ({ coding: [{ system: ABSENT, code: "unknown", display: "Unknown" }] });
const NULL_FLAVOR = {
  system: "http://terminology.hl7.org/CodeSystem/v3-NullFlavor",
  code: "UNK",
  display: "unknown",
};
const profile = (name: string): string =>
  `http://hl7.org/fhir/us/core/StructureDefinition/us-core-${name}`;

/**
 * What US Core 6.1.0 demands beyond FHIR R4, where the message says nothing of it: a data-absent-reason, as US Core's
 * "Missing Data" chapter says; and the profile in meta. Elements that would have to be made up stay away, and then
 * the resource does not claim the profile.
 */
export function addUsCore(resource: FhirResource): void {
  switch (resource.resourceType) {
    case "Patient":
      patient(resource);
      break;
    case "AllergyIntolerance":
      claim(resource, "allergyintolerance", resource.code !== undefined);
      break;
    case "Condition": {
      const category = resource.category?.[0]?.coding?.[0]?.code;
      resource.code ??= unknown();
      claim(
        resource,
        category === "encounter-diagnosis"
          ? "condition-encounter-diagnosis"
          : "condition-problems-health-concerns",
      );
      break;
    }
    case "Encounter":
      resource.type ??= [unknown()];
      withSystems(resource.identifier);
      claim(resource, "encounter", resource.subject !== undefined);
      break;
    case "Immunization":
      claim(resource, "immunization", resource.occurrenceDateTime !== undefined);
      break;
    case "Procedure":
      resource.code ??= unknown();
      if (!resource.performedDateTime && !resource.performedPeriod) {
        Object.assign(resource, { _performedDateTime: absent() });
      }
      claim(resource, "procedure");
      break;
    case "DiagnosticReport":
      diagnosticReport(resource);
      break;
    case "Observation":
      observation(resource);
      break;
    case "DocumentReference":
      // A required binding: LOINC's document types, or the null flavour UNK beside the sender's own code.
      if (!resource.type?.coding?.some(({ system }) => system === "http://loinc.org")) {
        const { coding = [], ...type } = resource.type ?? {};
        resource.type = { coding: [...coding, NULL_FLAVOR], ...type };
      }
      resource.category ??= [
        {
          coding: [
            {
              system: "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category",
              code: "clinical-note",
              display: "Clinical Note",
            },
          ],
        },
      ];
      claim(
        resource,
        "documentreference",
        resource.subject !== undefined &&
          resource.content.every(({ attachment }) => attachment.url ?? attachment.data),
      );
      break;
    case "MedicationRequest":
      claim(resource, "medicationrequest", resource.requester !== undefined);
      break;
    case "MedicationDispense":
      claim(resource, "medicationdispense");
      break;
    case "ServiceRequest":
      claim(resource, "servicerequest", resource.code !== undefined);
      break;
    case "Coverage":
      resource.relationship ??= unknown();
      // Invariant us-core-15: a member's id, which the message may not say.
      claim(
        resource,
        "coverage",
        Boolean(resource.subscriberId) ||
          (resource.identifier ?? []).some(({ type }) =>
            type?.coding?.some(({ code }) => code === "MB"),
          ),
      );
      break;
    case "Specimen":
      claim(resource, "specimen", resource.type !== undefined);
      break;
    case "Goal":
      claim(resource, "goal");
      break;
    case "CareTeam":
      claim(
        resource,
        "careteam",
        (resource.participant ?? []).every(({ role }) => role?.length === 1),
      );
      break;
    case "Location":
      claim(resource, "location", resource.name !== undefined);
      break;
    case "Organization":
      resource.active ??= true;
      claim(resource, "organization", resource.name !== undefined);
      break;
    case "Practitioner":
      withSystems(resource.identifier);
      claim(resource, "practitioner", Boolean(resource.name) && Boolean(resource.identifier));
      break;
    case "RelatedPerson":
      resource.active ??= true;
      claim(resource, "relatedperson", Boolean(resource.name ?? resource.relationship));
      break;
    case "Provenance":
      claim(resource, "provenance");
      break;
    default:
  }
}

function claim(resource: FhirResource, name: string, isMet = true): void {
  if (isMet) (resource.meta ??= {}).profile = [profile(name)];
}

/** Profiles demand a system of identifiers; a local authority has none. */
function withSystems(identifiers: readonly Identifier[] = []): void {
  for (const identifier of identifiers) {
    if (identifier.system === undefined) Object.assign(identifier, { _system: absent() });
  }
}

/** Identifier, name and gender are required. */
function patient(resource: Patient): void {
  resource.identifier ??= [{ system: "urn:ietf:rfc:3986", value: `urn:uuid:${resource.id}` }];
  withSystems(resource.identifier);
  resource.name ??= [absent()];
  resource.gender ??= "unknown";
  claim(resource, "patient");
}

/** The laboratory's profile demands a category LAB, a time of observation and one of issue when it is final. */
function diagnosticReport(
  resource: Extract<FhirResource, { resourceType: "DiagnosticReport" }>,
): void {
  const category = resource.category ?? [];
  const system = "http://terminology.hl7.org/CodeSystem/v2-0074";
  const isLab = category.some(({ coding = [] }) => coding.some(({ code }) => code === "LAB"));
  if (!isLab) resource.category = [...category, { coding: [{ system, code: "LAB" }] }];
  if (!resource.effectiveDateTime && !resource.effectivePeriod) {
    Object.assign(resource, { _effectiveDateTime: absent() });
  }
  if (!resource.issued) Object.assign(resource, { _issued: absent() });
  claim(resource, "diagnosticreport-lab", resource.subject !== undefined);
}

/** What is observed under an order is a laboratory result; everything else is a simple observation. */
function observation(resource: Extract<FhirResource, { resourceType: "Observation" }>): void {
  const isResult = (resource.basedOn ?? []).length > 0;
  const system = "http://terminology.hl7.org/CodeSystem/observation-category";
  const code = isResult ? "laboratory" : "exam";
  const category = resource.category ?? [];
  resource.category = [...category, { coding: [{ system, code }] }];
  claim(
    resource,
    isResult ? "observation-lab" : "simple-observation",
    resource.subject !== undefined,
  );
}
