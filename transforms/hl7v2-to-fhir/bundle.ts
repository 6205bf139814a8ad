import type { Bundle, BundleEntry, FhirResource } from "fhir/r4";
import { isExactNumber } from "#lib/exact-json";
import type { Conversion } from "./conversion.ts";

/**
 * The resources of a message as one Bundle. Source: HL7 v2-to-FHIR, MSH[Bundle].
 *
 *   transaction: each resource is put under its own id
 *   message: MessageHeader first; resources and references by `urn:uuid:`
 *
 * `timestamp` is MSH-7, `identifier` MSH-10.
 */
export function toBundle(conversion: Conversion, type: "transaction" | "message"): Bundle {
  const resources = conversion.made().map(({ resource }) => resource);
  const { header } = conversion.message;
  const timestamp = conversion.instant(header.dateTime);
  const value = header.messageControlId;
  return {
    resourceType: "Bundle",
    ...(value === "" ? {} : { identifier: { value } }),
    type,
    ...(timestamp === undefined ? {} : { timestamp }),
    entry: type === "transaction" ? resources.map(putEntry) : messageEntries(resources),
  };
}

function putEntry(resource: FhirResource): BundleEntry {
  const url = `${resource.resourceType}/${resource.id}`;
  return { fullUrl: `urn:uuid:${resource.id}`, resource, request: { method: "PUT", url } };
}

function messageEntries(resources: readonly FhirResource[]): BundleEntry[] {
  const headers = resources.filter(({ resourceType }) => resourceType === "MessageHeader");
  const others = resources.filter(({ resourceType }) => resourceType !== "MessageHeader");
  return [...headers, ...others].map((resource) => ({
    fullUrl: `urn:uuid:${resource.id}`,
    resource: byUuid(resource) as FhirResource,
  }));
}

/** A copy in which references name the resource by its UUID. */
function byUuid(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(byUuid);
  if (typeof node !== "object" || node === null || isExactNumber(node)) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [
      key,
      (key === "reference" || key === "url") && typeof value === "string"
        ? value.replace(/^[A-Z][A-Za-z]+\/(?=[0-9a-f]{8}-[0-9a-f-]{27}$)/, "urn:uuid:")
        : byUuid(value),
    ]),
  );
}
