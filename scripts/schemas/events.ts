/**
 * What happens in health plans and at the bedside, for `healthcare.events.*`: one definition, from which both
 * schemas are made. Times are text (FHIR instant), days are text (FHIR date), amounts are decimals with all digits.
 */
interface EventField {
  readonly name: string;
  readonly type: "string" | "date" | "instant" | "decimal" | "strings";
  readonly isRequired?: true;
  readonly codes?: readonly string[];
  readonly doc: string;
}

interface EventDefinition {
  readonly name: string;
  readonly subject: string;
  readonly doc: string;
  readonly fields: readonly EventField[];
}

const EVENT_NAMESPACE = "com.mdatool.healthcare.events";

const common: readonly EventField[] = [
  {
    name: "eventId",
    type: "string",
    isRequired: true,
    doc: "UUID, the same for the same event however often it is sent",
  },
  {
    name: "occurredAt",
    type: "instant",
    isRequired: true,
    doc: "When it happened, not when it was sent",
  },
  { name: "sourceSystem", type: "string", doc: "System that told of it" },
];
const member: readonly EventField[] = [
  {
    name: "memberId",
    type: "string",
    isRequired: true,
    doc: "Id of the member at the plan; the record's key",
  },
  { name: "patientId", type: "string", doc: "Logical id of the FHIR Patient" },
];

export const EVENTS: readonly EventDefinition[] = [
  {
    name: "MemberEnrolled",
    subject: "healthcare.events.member-enrolled-value",
    doc: "A member joined a plan",
    fields: [
      ...common,
      ...member,
      { name: "planId", type: "string", isRequired: true, doc: "The plan" },
      { name: "coverageId", type: "string", doc: "Logical id of the FHIR Coverage" },
      { name: "payerId", type: "string", doc: "Who pays" },
      { name: "effectiveDate", type: "date", isRequired: true, doc: "First day of the coverage" },
      { name: "terminationDate", type: "date", doc: "Last day, when it is known" },
      {
        name: "relationship",
        type: "string",
        codes: ["self", "spouse", "child", "other"],
        doc: "To the subscriber",
      },
    ],
  },
  {
    name: "ClaimAdjudicated",
    subject: "healthcare.events.claim-adjudicated-value",
    doc: "A claim was decided",
    fields: [
      ...common,
      ...member,
      { name: "claimId", type: "string", isRequired: true, doc: "Logical id of the FHIR Claim" },
      {
        name: "explanationOfBenefitId",
        type: "string",
        doc: "Logical id of the FHIR ExplanationOfBenefit",
      },
      {
        name: "outcome",
        type: "string",
        isRequired: true,
        codes: ["queued", "complete", "error", "partial"],
        doc: "FHIR remittance outcome",
      },
      { name: "disposition", type: "string", doc: "In words" },
      { name: "billedAmount", type: "decimal", doc: "Charged" },
      { name: "allowedAmount", type: "decimal", doc: "Allowed by the contract" },
      { name: "paidAmount", type: "decimal", doc: "Paid to the provider" },
      { name: "memberAmount", type: "decimal", doc: "Left to the member" },
      { name: "currency", type: "string", doc: "ISO 4217" },
      { name: "serviceStart", type: "date", doc: "First day of service" },
      { name: "serviceEnd", type: "date", doc: "Last day of service" },
    ],
  },
  {
    name: "PriorAuthDecision",
    subject: "healthcare.events.prior-auth-decision-value",
    doc: "A request for authorization was decided",
    fields: [
      ...common,
      ...member,
      {
        name: "authorizationId",
        type: "string",
        isRequired: true,
        doc: "Number of the authorization",
      },
      {
        name: "decision",
        type: "string",
        isRequired: true,
        codes: ["approved", "partially-approved", "denied", "pended", "cancelled"],
        doc: "What was decided",
      },
      { name: "reasonCode", type: "string", doc: "Why, as a code of the plan" },
      { name: "serviceCode", type: "string", doc: "CPT or HCPCS code of what was asked for" },
      { name: "quantityApproved", type: "decimal", doc: "Units that are covered" },
      { name: "validFrom", type: "date", doc: "First day of validity" },
      { name: "validTo", type: "date", doc: "Last day of validity" },
    ],
  },
  {
    name: "RiskGapIdentified",
    subject: "healthcare.events.risk-gap-identified-value",
    doc: "A condition that was once known is not documented this year, or care is overdue",
    fields: [
      ...common,
      ...member,
      {
        name: "gapId",
        type: "string",
        isRequired: true,
        doc: "The gap, the same until it is closed",
      },
      {
        name: "gapType",
        type: "string",
        isRequired: true,
        codes: ["risk", "quality", "preventive"],
        doc: "Kind of gap",
      },
      { name: "model", type: "string", doc: "Risk model and version" },
      { name: "categoryCode", type: "string", doc: "Category of the model (HCC) or measure" },
      { name: "conditionCode", type: "string", doc: "ICD-10 code" },
      { name: "evidence", type: "strings", doc: "References to FHIR resources that speak for it" },
      { name: "dueDate", type: "date", doc: "Until when it should be closed" },
    ],
  },
  {
    name: "CareAlert",
    subject: "healthcare.events.care-alert-value",
    doc: "Something that somebody has to look at now",
    fields: [
      ...common,
      {
        name: "patientId",
        type: "string",
        isRequired: true,
        doc: "Logical id of the FHIR Patient; the record's key",
      },
      { name: "encounterId", type: "string", doc: "Logical id of the FHIR Encounter" },
      { name: "alertType", type: "string", isRequired: true, doc: "Rule that raised it" },
      {
        name: "severity",
        type: "string",
        isRequired: true,
        codes: ["info", "warning", "critical"],
        doc: "How urgent",
      },
      { name: "summary", type: "string", doc: "In words" },
      { name: "observationId", type: "string", doc: "Logical id of the FHIR Observation" },
      { name: "code", type: "string", doc: "LOINC code of what was measured" },
      { name: "value", type: "decimal", doc: "What was measured" },
      { name: "unit", type: "string", doc: "UCUM unit" },
      { name: "referenceRange", type: "string", doc: "What would be usual" },
      { name: "messageControlId", type: "string", doc: "MSH-10 of the HL7 v2 message" },
    ],
  },
  {
    name: "Hl7v2RecordHeaders",
    subject: "healthcare.hl7v2-headers",
    doc: "Headers of the records that hold raw HL7 v2 messages; the value is the message's own bytes",
    fields: [
      {
        name: "content_type",
        type: "string",
        doc: "Header content-type: media type and character set of the value",
      },
      {
        name: "message_type",
        type: "string",
        isRequired: true,
        doc: "Header message-type: MSH-9.1",
      },
      { name: "trigger_event", type: "string", doc: "Header trigger-event: MSH-9.2" },
      {
        name: "message_control_id",
        type: "string",
        isRequired: true,
        doc: "Header message-control-id: MSH-10",
      },
      { name: "hl7_version", type: "string", doc: "Header hl7-version: MSH-12" },
      { name: "source_system", type: "string", doc: "Header source-system: MSH-3 and MSH-4" },
      { name: "event_time", type: "string", doc: "Header event-time: when it happened" },
    ],
  },
];

const INSTANT =
  "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$";
const DATE = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";

/** Codes are text in Avro: a new one must not break readers. */
export function avroOfEvent({ name, doc, fields }: EventDefinition): object {
  const types = {
    string: "string",
    date: "string",
    instant: "string",
    decimal: { type: "string", "fhir.type": "decimal" },
    strings: { type: "array", items: "string" },
  } as const;
  return {
    type: "record",
    name,
    namespace: EVENT_NAMESPACE,
    doc,
    fields: fields.map((field) => ({
      name: field.name,
      doc: field.doc,
      ...(field.isRequired
        ? { type: types[field.type] }
        : { type: ["null", types[field.type]], default: null }),
    })),
  };
}

export function jsonSchemaOfEvent({ name, doc, fields }: EventDefinition): object {
  const types = {
    string: { type: "string", minLength: 1 },
    date: { type: "string", pattern: DATE },
    instant: { type: "string", pattern: INSTANT },
    decimal: { type: "number" },
    strings: { type: "array", items: { type: "string", minLength: 1 } },
  } as const;
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: name,
    description: doc,
    type: "object",
    properties: Object.fromEntries(
      fields.map((field) => [
        field.name,
        {
          ...(field.codes ? { enum: field.codes } : types[field.type]),
          description: field.doc,
        },
      ]),
    ),
    required: fields.filter(({ isRequired }) => isRequired).map((field) => field.name),
    additionalProperties: false,
  };
}
