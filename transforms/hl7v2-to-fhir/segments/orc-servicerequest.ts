import type { CodeableConcept, PractitionerRole, ServiceRequest } from "fhir/r4";
import { hl7Table } from "../codesystems/coding-system.ts";
import { orderControlStatus, orderStatus } from "../codesystems/tables.ts";
import { referenceTo } from "../conversion.ts";
import { codeOf, cwe, cweCoding } from "../datatypes/cwe-codeableconcept.ts";
import { cxOfType } from "../datatypes/cx-identifier.ts";
import { ei, eiReference, eipFiller, eipPlacer } from "../datatypes/ei-identifier.ts";
import { location } from "../datatypes/pl-location.ts";
import { dateTime, text } from "../datatypes/primitives.ts";
import { xadToAddress, xadToOrganizationAddress } from "../datatypes/xad-address.ts";
import { practitioner } from "../datatypes/xcn-practitioner.ts";
import { practitionerRole } from "../datatypes/xcn-practitionerrole.ts";
import { xonToOrganization } from "../datatypes/xon-organization.ts";
import { organizationXtn, xtn } from "../datatypes/xtn-contactpoint.ts";
import { rowsFor, segmentMap } from "../segment-map.ts";
import { tqRow } from "./tq1-servicerequest.ts";

const { each, one, rule, when, extension, kept } = rowsFor<ServiceRequest>();
const EXTENSION = "http://hl7.org/fhir/StructureDefinition";

/** Source: HL7 v2-to-FHIR, ORC[ServiceRequest]; what it leaves open is kept under the name of the field. */
export const orcServiceRequest = segmentMap<ServiceRequest>("ORC[ServiceRequest]", {
  1: rule("status", (field, target, _conversion, segment) => {
    const status = orderControlStatus[field.value];
    if (segment.field(5).isEmpty && status) target.status ??= status as ServiceRequest["status"];
    (target.extension ??= []).push(businessEvent(codeOf(hl7Table("0119"), field.value)));
    return true;
  }),
  2: each("identifier", ei("PLAC")),
  3: each("identifier", ei("FILL")),
  4: [
    one("requisition", eipPlacer("PGN")),
    when((orc) => orc.field(38).isEmpty, each("identifier", eipFiller("FGN"))),
  ],
  5: rule("status", (field, target) => {
    const status = orderStatus[field.value];
    if (status) target.status = status as ServiceRequest["status"];
    return status !== undefined;
  }),
  6: kept("valueCode", text),
  7: tqRow,
  8: each("basedOn", (repetition, conversion, segment, position) => {
    const identifier = eipPlacer("PLAC")(repetition, conversion, segment, position);
    return identifier && { type: "ServiceRequest", identifier };
  }),
  9: [
    when((orc) => orc.field(1).value === "NW", one("authoredOn", dateTime)),
    rule("extension", (field, target, conversion) => {
      const valueDateTime = conversion.dateTime(field.value);
      const event = target.extension?.find(({ url }) => url === BUSINESS_EVENT);
      if (valueDateTime === undefined) return false;
      if (event) event.extension?.push({ url: "date", valueDateTime });
      return true;
    }),
  ],
  10: kept("valueReference", practitioner),
  11: kept("valueReference", practitioner),
  12: one("requester", practitioner),
  13: kept("valueReference", location),
  14: extension(
    `${EXTENSION}/servicerequest-order-callback-phone-number`,
    "valueContactPoint",
    xtn(),
  ),
  15: kept("valueDateTime", dateTime),
  16: [
    when(
      (orc) => orc.field(5).isEmpty,
      extension(`${EXTENSION}/request-statusReason`, "valueCodeableConcept", cwe()),
    ),
    when((orc) => !orc.field(5).isEmpty, kept("valueCodeableConcept", cwe())),
  ],
  17: kept("valueCodeableConcept", cwe()),
  18: kept("valueCodeableConcept", cwe()),
  20: kept("valueCodeableConcept", cwe(undefined, "0339")),
  21: rule("requester", (field, target, conversion) => {
    const facility = xonToOrganization(field.first, conversion);
    if (!facility) return false;
    const who = target.requester;
    if (who?.reference?.startsWith("Practitioner/")) {
      target.requester = practitionerRole(who, undefined, conversion, {
        organization: referenceTo(facility),
      });
    } else target.requester = referenceTo(facility);
    return true;
  }),
  22: rule("requester.organization.address", (field, target, conversion) => {
    const facility = facilityOf(target, conversion);
    const address = xadToOrganizationAddress(field.first, conversion);
    if (!facility || !address) return false;
    facility.address ??= [address];
    return true;
  }),
  23: rule("requester.organization.telecom", (field, target, conversion, segment) => {
    const facility = facilityOf(target, conversion);
    const telecom = field.repetitions.flatMap(
      (each) => organizationXtn(each, conversion, segment, 23) ?? [],
    );
    if (!facility || telecom.length === 0) return false;
    facility.telecom ??= telecom;
    return true;
  }),
  24: rule("requester.practitioner.address", (field, target, conversion) => {
    const role = conversion.find("PractitionerRole", target.requester);
    const who = conversion.find("Practitioner", role?.practitioner ?? target.requester);
    const address = xadToAddress(field.first, conversion);
    if (!who || !address) return false;
    who.address ??= [address];
    return true;
  }),
  25: kept("valueCodeableConcept", cwe()),
  26: kept("valueCodeableConcept", cwe(undefined, "0552")),
  27: kept("valueDateTime", dateTime),
  28: each("meta.security", cweCoding("ConfidentialityCode", "0177")),
  29: each("locationCode", cwe("OrderType", "0482")),
  30: kept("valueCodeableConcept", cwe(undefined, "0483")),
  31: kept("valueCodeableConcept", cwe()),
  33: each("identifier", cxOfType("PLAC")),
  34: each("basedOn", eiReference("CarePlan")),
  35: kept("valueCodeableConcept", cwe(undefined, "0949")),
  36: kept("valueDateTime", dateTime),
  37: kept("valueDateTime", dateTime),
  38: each("identifier", ei("FGN")),
});

const BUSINESS_EVENT = "urn:hl7-org:v2xml#ORC.1";

/**
 * What was done to the order and when. The guide names an extension `businessEvent` that FHIR never published; ours is
 * named after the field.
 */
function businessEvent(valueCodeableConcept: CodeableConcept) {
  return { url: BUSINESS_EVENT, extension: [{ url: "value", valueCodeableConcept }] };
}

type Finder = Parameters<Parameters<typeof rule>[1]>[2];

function facilityOf(target: ServiceRequest, conversion: Finder) {
  const role: PractitionerRole | undefined = conversion.find("PractitionerRole", target.requester);
  return conversion.find("Organization", role?.organization ?? target.requester);
}
