import type { Identifier, Reference } from "fhir/r4";
import type { Repetition } from "#lib/hl7v2";
import type { Conversion } from "../conversion.ts";
import type { ValueOf } from "../segment-map.ts";
import { identifierType } from "./cx-identifier.ts";
import { hdToOrganization } from "./hd-organization.ts";
import { universalIdToUri } from "./hd-uri.ts";
import { componentsOf, subcomponentsOf } from "./parts.ts";
import type { Parts } from "./parts.ts";

/**
 * Maps an EI, such as OBR-2, to an Identifier, of a type of table 0203 (PLAC, FILL) where the field says one.
 *
 *   EI.1 → value
 *   EI.3 with EI.4, or EI.2, when it is a URI → system; else the assigning Organization
 *
 * undefined when EI.1 is empty. Source: HL7 v2-to-FHIR, EI[Identifier-Extension], EI[Identifier-Organization].
 */
export function eiToIdentifier(
  ei: Parts,
  conversion: Conversion,
  type?: string,
): Identifier | undefined {
  const value = ei(1);
  if (value === "") return undefined;
  const configured = conversion.systemOf(ei(2));
  const universal = universalIdToUri(ei(3), ei(4));
  const system = configured ?? universal ?? universalIdToUri(ei(2), "");
  const hd: Parts = (position) => ei(position + 1);
  const assigner = system === undefined ? hdToOrganization(hd, conversion) : undefined;
  return {
    ...(type === undefined ? {} : { type: identifierType(type) }),
    ...(system === undefined ? {} : { system }),
    value,
    ...(assigner ? { assigner: { ...assigner, display: ei(2) || ei(3) } } : {}),
    // The system says it to machines, the name to people.
    ...(configured === undefined && universal !== undefined && ei(2) !== ""
      ? { assigner: { display: ei(2) } }
      : {}),
  };
}

/** A whole field or repetition as an identifier. */
export const ei =
  (type?: string): ValueOf<Identifier> =>
  (repetition, conversion) =>
    eiToIdentifier(componentsOf(repetition), conversion, type);

/** EIP.1, the placer's identifier. Source: EIP[Identifier-PlacerAssignedIdentifier]. */
export const eipPlacer =
  (type = "PGN"): ValueOf<Identifier> =>
  (repetition, conversion) =>
    eiToIdentifier(subcomponentsOf(repetition.component(1)), conversion, type);

/** EIP.2, the filler's identifier. Source: EIP[Identifier-FillerAssignedIdentifier]. */
export const eipFiller =
  (type = "FGN"): ValueOf<Identifier> =>
  (repetition, conversion) =>
    eiToIdentifier(subcomponentsOf(repetition.component(2)), conversion, type);

/** A reference by identifier alone, to what another message has told of or will tell of. */
export const eiReference =
  (type: string): ValueOf<Reference> =>
  (repetition, conversion) => {
    const identifier = eiToIdentifier(componentsOf(repetition), conversion);
    return identifier && { type, identifier };
  };

/** What identifies an EI among those of all authorities. */
export function eiIdentity(ei: Repetition): readonly string[] {
  const authority = ei.component(3).value || ei.component(2).value;
  return [authority, ei.component(1).value];
}

/** The same of one half of an EIP. */
export function eipIdentity(eip: Repetition, half: 1 | 2): readonly string[] {
  const part = subcomponentsOf(eip.component(half));
  return [part(3) || part(2), part(1)];
}
