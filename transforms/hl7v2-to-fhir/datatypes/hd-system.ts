import type { Component } from "#lib/hl7v2";

/**
 * Maps an HD that stands in one component (CX.4, XCN.9, …; sub-components) to an identifier system.
 *
 *   HD.2 with HD.3 ISO   → urn:oid:…
 *   HD.2 with HD.3 UUID  → urn:uuid:…
 *   HD.2 that is a URI   → as it is
 *
 * A name space alone (HD.1) is no URI and gives no system. Source: HL7 v2-to-FHIR, HD[Identifier-System].
 */
export function hdToSystem(hd: Component): string | undefined {
  const universalId = hd.subcomponent(2);
  const type = hd.subcomponent(3).toUpperCase();
  return universalIdToSystem(universalId, type) ?? universalIdToSystem(hd.subcomponent(1), "");
}

export function universalIdToSystem(universalId: string, type: string): string | undefined {
  if (/^\d+(\.\d+)+$/.test(universalId)) return `urn:oid:${universalId}`;
  if (type === "UUID" && /^[0-9a-fA-F-]{36}$/.test(universalId)) {
    return `urn:uuid:${universalId.toLowerCase()}`;
  }
  return /^(https?:\/\/|urn:[a-z])\S+$/.test(universalId) ? universalId : undefined;
}

/** What keeps the ids of different authorities apart: the universal id, else the name space. */
export function authorityOf(hd: Component): string {
  return hdToSystem(hd) ?? hd.subcomponent(1);
}
