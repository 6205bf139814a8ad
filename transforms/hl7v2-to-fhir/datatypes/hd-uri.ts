import type { Component } from "#lib/hl7v2";
import type { Conversion } from "../conversion.ts";
import type { Parts } from "./parts.ts";
import { subcomponentsOf } from "./parts.ts";

/**
 * Maps an HD to a URI that can stand as the system of an identifier.
 *
 *   HD.2 with HD.3 ISO   → urn:oid:…
 *   HD.2 with HD.3 UUID  → urn:uuid:…
 *   HD.1 or HD.2 that is a URI or an OID → as it is
 *
 * A name space alone (HD.1) is no URI and gives no system. Source: HL7 v2-to-FHIR, HD[uri]; the guide takes HD.1 as
 * it is, which FHIR forbids when it is no URI.
 */
export function hdToUri(hd: Parts): string | undefined {
  return universalIdToUri(hd(2), hd(3)) ?? universalIdToUri(hd(1), "");
}

export function universalIdToUri(universalId: string, type: string): string | undefined {
  if (universalId === "") return undefined;
  if (isOid(universalId)) return `urn:oid:${universalId}`;
  if (type.toUpperCase() === "UUID" && UUID.test(universalId)) {
    return `urn:uuid:${universalId.toLowerCase()}`;
  }
  return /^(https?:\/\/[^\s/]|urn:(?!oid:|uuid:)[a-z0-9]|urn:oid:[0-2](?:\.\d+){3}|urn:uuid:[0-9a-f]{8}-)\S+$/.test(
    universalId,
  )
    ? universalId
    : undefined;
}

/** `1.2` and the like are arcs of a standards body, which assigns no patient its number; validators refuse them. */
const isOid = (text: string): boolean =>
  /^[0-2](\.(0|[1-9]\d*))+$/.test(text) && text.lastIndexOf(".") >= SHORTEST_ROOT;
const SHORTEST_ROOT = 5;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** What keeps the ids of different authorities apart: the universal id, else the name space or what stands for one, else the sender. */
export function authorityOf(hd: Component, conversion: Conversion): string {
  const parts = subcomponentsOf(hd);
  return hdToUri(parts) ?? (parts(1) || parts(2) || conversion.message.header.sendingFacility);
}
