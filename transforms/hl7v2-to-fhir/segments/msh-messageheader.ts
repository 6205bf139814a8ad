import type {
  BackboneElement,
  FhirResource,
  MessageHeader,
  MessageHeaderDestination,
  MessageHeaderSource,
  Reference,
} from "fhir/r4";
import type { Repetition } from "#lib/hl7v2";
import { hl7Table } from "../codesystems/coding-system.ts";
import { mapCode } from "../codesystems/concept-maps.ts";
import type { Conversion, Draft } from "../conversion.ts";
import { cweCoding } from "../datatypes/cwe-codeableconcept.ts";
import { absent } from "../datatypes/cx-identifier.ts";
import { ei } from "../datatypes/ei-identifier.ts";
import { hdIdentifiers, hdToOrganization, organizationOfHd } from "../datatypes/hd-organization.ts";
import { universalIdToUri } from "../datatypes/hd-uri.ts";
import { componentsOf } from "../datatypes/parts.ts";
import { code, text } from "../datatypes/primitives.ts";
import { ptToTags } from "../datatypes/pt-meta.ts";
import { organization } from "../datatypes/xon-organization.ts";
import { applyMap, keptUrl, rowsFor, segmentMap } from "../segment-map.ts";
import { codeTable } from "../codesystems/code-table.ts";

const { one, each, rule, kept } = rowsFor<MessageHeader>();

/** Source: HL7 v2-to-FHIR, MSH[MessageHeader]. */
export const mshMessageHeader = segmentMap<MessageHeader>(
  "MSH[MessageHeader]",
  {
    3: rule("source", (field, target) => {
      Object.assign(target.source, sourceName(field.first));
      return true;
    }),
    4: one("sender", organizationOfHd),
    5: rule("destination.target", (field, target, conversion) => {
      const destination = destinationOf(target);
      const name = field.value || field.component(2).value;
      if (name === "") return false;
      destination.name = name;
      destination.target = deviceOfHd(field.first, conversion);
      Object.assign(destination, endpointOf(field.first));
      return true;
    }),
    6: rule("destination.receiver", (field, target, conversion) => {
      const receiver = hdToOrganization(componentsOf(field.first), conversion);
      if (!receiver) return false;
      destinationOf(target).receiver ??= receiver;
      return true;
    }),
    8: each("meta.security", (repetition, conversion, segment, position) => {
      const display = text(repetition, conversion, segment, position);
      return display === undefined ? undefined : { display };
    }),
    9: rule("eventCoding", (field, target) => {
      const trigger = field.component(2).value;
      if (trigger === "") return field.value !== "";
      target.eventCoding = { system: hl7Table("0003"), code: trigger };
      return true;
    }),
    10: kept("valueString", text),
    11: rule("meta.tag", (field, target) => {
      const tags = ptToTags(field.first);
      if (tags.length > 0) (target.meta ??= {}).tag = tags;
      return tags.length > 0;
    }),
    13: kept("valueString", text),
    17: rule("sender.address.country", (field, target, conversion) => {
      const country = field.value;
      const sender = conversion.find("Organization", target.sender);
      if (!sender || country === "") return false;
      const known = mapCode("CountryCode", country)?.code ?? country;
      sender.address ??= [{ country: known }];
      return true;
    }),
    18: kept("valueString", text),
    19: one("language", code("PrincipalLanguageOfMessage")),
    21: kept("valueIdentifier", ei()),
    22: one("responsible", organization),
    23: rule("destination.receiver", (field, target, conversion, segment) => {
      const receiver = organization(field.first, conversion, segment, 23);
      if (!receiver) return false;
      destinationOf(target).receiver = receiver;
      return true;
    }),
    24: rule("source.endpoint", (field, target) => {
      Object.assign(target.source, sourceEndpoint(field.first));
      keepName(target.source, 24, field.first);
      return true;
    }),
    25: rule("destination.endpoint", (field, target) => {
      const destination = destinationOf(target);
      Object.assign(destination, endpointOf(field.first));
      keepName(destination, 25, field.first);
      return true;
    }),
    26: each("meta.security", cweCoding("ConfidentialityClassification")),
    27: each("meta.security", cweCoding("ConfidentialityClassification")),
    28: kept("valueString", text),
  },
  {
    1: "the field separator",
    2: "the encoding characters",
    7: "when the message was written: Provenance and Bundle say it",
    12: "the version of HL7 v2, which the record's header says",
    14: "asks the receiver to continue an interactive message",
    15: "asks for an acknowledgment, which the listener gave",
    16: "asks for an acknowledgment, which the listener gave",
    20: "names how characters are switched; the text is decoded",
  },
);

/** Source: HL7 v2-to-FHIR, MSA[MessageHeader]. */
export const msaMessageHeader = segmentMap<MessageHeader>(
  "MSA[MessageHeader]",
  {
    1: rule("response.code", (field, target) => {
      const known = RESPONSES[field.value];
      if (!known) return false;
      target.response = { identifier: target.response?.identifier ?? "", code: known };
      return true;
    }),
    2: rule("response.identifier", (field, target) => {
      const id = field.value;
      if (id === "") return false;
      target.response = { code: target.response?.code ?? "ok", identifier: id };
      if (ID.test(id)) return true;
      // A control id may have characters that an id of FHIR has not.
      target.response.identifier = "";
      Object.assign(target.response, {
        _identifier: absent(),
        extension: [{ url: keptUrl("MSA", 2), valueString: id }],
      });
      return true;
    }),
    3: kept("valueString", text),
  },
  { 4: "orders messages of a sequence protocol", 6: "an error of version 2.3, which ERR says" },
);

/** FHIR R4, data type id. */
const ID = /^[A-Za-z0-9.-]{1,64}$/;

const RESPONSES: Readonly<Record<string, "ok" | "transient-error" | "fatal-error">> = codeTable({
  AA: "ok",
  CA: "ok",
  AE: "transient-error",
  CE: "transient-error",
  AR: "fatal-error",
  CR: "fatal-error",
});

/** Makes the MessageHeader of a message. `focus` is what the message is about. */
export function mshToMessageHeader(
  focus: readonly FhirResource[],
  conversion: Conversion,
): Draft<MessageHeader> {
  const { message } = conversion;
  const { header } = message;
  const draft = conversion.draft<MessageHeader>({
    resourceType: "MessageHeader",
    id: conversion.id("MessageHeader", ...conversion.messageIdentity),
    source: {} as MessageHeaderSource,
    ...(focus.length > 0
      ? {
          focus: focus.map(({ resourceType, id }): Reference => ({
            reference: `${resourceType}/${id}`,
          })),
        }
      : {}),
  });
  applyMap(mshMessageHeader, header.segment, draft, conversion);
  const msa = message.segment("MSA");
  if (msa) applyMap(msaMessageHeader, msa, draft, conversion);
  if (draft.eventCoding === undefined) {
    draft.eventCoding = { system: hl7Table("0076"), code: header.messageCode || "unknown" };
  }
  const source = draft.source as { endpoint?: string };
  if (source.endpoint === undefined) Object.assign(source, { _endpoint: absent() });
  for (const destination of draft.destination ?? []) {
    if ((destination as { endpoint?: string }).endpoint === undefined) {
      Object.assign(destination, { _endpoint: absent() });
    }
  }
  return draft;
}

/** The name of a network address, beside that of the application, and an address that is no URI (HD.3 IPv6). */
function keepName(part: BackboneElement, field: number, hd: Repetition): void {
  const parts = [hd.value, endpointUri(hd) === undefined ? hd.component(2).value : ""];
  const valueString = parts.filter((each) => each !== "").join(" ");
  if (valueString === "") return;
  (part.extension ??= []).push({ url: keptUrl("MSH", field), valueString });
}

function destinationOf(target: MessageHeader): MessageHeaderDestination {
  const list = (target.destination ??= []);
  list[0] ??= {} as MessageHeaderDestination;
  return list[0];
}

/** HD[MessageHeader.source-name] and, unless MSH-24 says more, HD[MessageHeader.source-endpoint]. */
function sourceName(hd: Repetition): Partial<MessageHeaderSource> {
  const name = hd.component(1).value;
  const software = hd.component(2).value;
  return {
    ...(name === "" ? {} : { name }),
    ...(software === "" ? {} : { software }),
    ...sourceEndpoint(hd),
  };
}

function sourceEndpoint(hd: Repetition): Partial<MessageHeaderSource> {
  const endpoint = endpointUri(hd);
  return endpoint === undefined ? {} : { endpoint };
}

function endpointOf(hd: Repetition): Partial<MessageHeaderDestination> {
  const endpoint = endpointUri(hd);
  return endpoint === undefined ? {} : { endpoint };
}

/** The universal id as a URI: urn:oid, urn:uuid, urn:dns, or the URI itself. */
function endpointUri(hd: Repetition): string | undefined {
  const universalId = hd.component(2).value;
  const type = hd.component(3).value.toUpperCase();
  const uri = universalIdToUri(universalId, type);
  if (uri !== undefined) return uri;
  if (!/^[\w.:/-]+$/.test(universalId)) return undefined;
  if (type === "DNS") return `urn:dns:${universalId}`;
  return type === "URI" ? universalId : undefined;
}

/** An application as a Device. Source: HL7 v2-to-FHIR, HD[Device]. */
export function deviceOfHd(hd: Repetition, conversion: Conversion): Reference {
  const [namespace = "", universalId = ""] = [1, 2].map((part) => hd.component(part).value);
  return conversion.remember(`HD Device ${hd.text}`, () =>
    conversion.add({
      resourceType: "Device",
      id: conversion.id("Device", "HD", universalId, namespace),
      identifier: hdIdentifiers(componentsOf(hd)),
      deviceName: [{ name: namespace || universalId, type: "other" }],
    }),
  ) as Reference;
}
