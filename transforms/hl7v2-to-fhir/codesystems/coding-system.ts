import { codeTable } from "./code-table.ts";
/**
 * Names of coding systems in HL7 v2 (table 0396) to FHIR URIs.
 *
 * A name that is not known gives no system at all: a made-up URI would look like knowledge.
 */
const systems: Readonly<Record<string, string>> = codeTable({
  LN: "http://loinc.org",
  SCT: "http://snomed.info/sct",
  SNM: "http://snomed.info/sct",
  SNOMED: "http://snomed.info/sct",
  "SNOMED-CT": "http://snomed.info/sct",
  RXNORM: "http://www.nlm.nih.gov/research/umls/rxnorm",
  NDC: "http://hl7.org/fhir/sid/ndc",
  CVX: "http://hl7.org/fhir/sid/cvx",
  UCUM: "http://unitsofmeasure.org",
  I9: "http://hl7.org/fhir/sid/icd-9-cm",
  I9C: "http://hl7.org/fhir/sid/icd-9-cm",
  I9CDX: "http://hl7.org/fhir/sid/icd-9-cm",
  I10: "http://hl7.org/fhir/sid/icd-10",
  ICD10: "http://hl7.org/fhir/sid/icd-10",
  I10C: "http://hl7.org/fhir/sid/icd-10-cm",
  ICD10CM: "http://hl7.org/fhir/sid/icd-10-cm",
  "ICD-10-CM": "http://hl7.org/fhir/sid/icd-10-cm",
  C4: "http://www.ama-assn.org/go/cpt",
  CPT: "http://www.ama-assn.org/go/cpt",
  CDCREC: "urn:oid:2.16.840.1.113883.6.238",
});

/** The URI of a coding system's name; `HL70005` and the like are HL7's own tables. A URI is its own name. */
export function codingSystem(name: string): string | undefined {
  if (/^(?:https?:\/\/|urn:)\S+$/.test(name)) return name;
  const key = name.trim().toUpperCase();
  const table = /^(?:HL7|V2-?)0*(\d{1,4})$/.exec(key)?.[1];
  if (table !== undefined) {
    return `http://terminology.hl7.org/CodeSystem/v2-${table.padStart(4, "0")}`;
  }
  return systems[key];
}

/** The URI of one of HL7's own tables. */
export function hl7Table(number: string): string {
  return `http://terminology.hl7.org/CodeSystem/v2-${number}`;
}
