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

type Details = readonly [
  name: string,
  type: EventField["type"],
  doc: string,
  codes?: readonly string[],
];

const optional = (...[name, type, doc, codes]: Details): EventField => ({
  name,
  type,
  doc,
  ...(codes ? { codes } : {}),
});
const required = (...details: Details): EventField => ({
  ...optional(...details),
  isRequired: true,
});

const EVENT_NAMESPACE = "com.mdatool.healthcare.events";

const common: readonly EventField[] = [
  required("eventId", "string", "UUID, the same for the same event however often it is sent"),
  required("occurredAt", "instant", "When it happened, not when it was sent"),
  optional("sourceSystem", "string", "System that told of it"),
];
const member: readonly EventField[] = [
  required("memberId", "string", "Id of the member at the plan; the record's key"),
  optional("patientId", "string", "Logical id of the FHIR Patient"),
];

export const EVENTS: readonly EventDefinition[] = [
  {
    name: "MemberEnrolled",
    subject: "healthcare.events.member-enrolled-value",
    doc: "A member joined a plan",
    fields: [
      ...common,
      ...member,
      required("planId", "string", "The plan"),
      optional("coverageId", "string", "Logical id of the FHIR Coverage"),
      optional("payerId", "string", "Who pays"),
      required("effectiveDate", "date", "First day of the coverage"),
      optional("terminationDate", "date", "Last day, when it is known"),
      optional("relationship", "string", "To the subscriber", ["self", "spouse", "child", "other"]),
    ],
  },
  {
    name: "ClaimAdjudicated",
    subject: "healthcare.events.claim-adjudicated-value",
    doc: "A claim was decided",
    fields: [
      ...common,
      ...member,
      required("claimId", "string", "Logical id of the FHIR Claim"),
      optional("explanationOfBenefitId", "string", "Logical id of the FHIR ExplanationOfBenefit"),
      required("outcome", "string", "FHIR remittance outcome", [
        "queued",
        "complete",
        "error",
        "partial",
      ]),
      optional("disposition", "string", "In words"),
      optional("billedAmount", "decimal", "Charged"),
      optional("allowedAmount", "decimal", "Allowed by the contract"),
      optional("paidAmount", "decimal", "Paid to the provider"),
      optional("memberAmount", "decimal", "Left to the member"),
      optional("currency", "string", "ISO 4217"),
      optional("serviceStart", "date", "First day of service"),
      optional("serviceEnd", "date", "Last day of service"),
    ],
  },
  {
    name: "PriorAuthDecision",
    subject: "healthcare.events.prior-auth-decision-value",
    doc: "A request for authorization was decided",
    fields: [
      ...common,
      ...member,
      required("authorizationId", "string", "Number of the authorization"),
      required("decision", "string", "What was decided", [
        "approved",
        "partially-approved",
        "denied",
        "pended",
        "cancelled",
      ]),
      optional("reasonCode", "string", "Why, as a code of the plan"),
      optional("serviceCode", "string", "CPT or HCPCS code of what was asked for"),
      optional("quantityApproved", "decimal", "Units that are covered"),
      optional("validFrom", "date", "First day of validity"),
      optional("validTo", "date", "Last day of validity"),
    ],
  },
  {
    name: "RiskGapIdentified",
    subject: "healthcare.events.risk-gap-identified-value",
    doc: "A condition that was once known is not documented this year, or care is overdue",
    fields: [
      ...common,
      ...member,
      required("gapId", "string", "The gap, the same until it is closed"),
      required("gapType", "string", "Kind of gap", ["risk", "quality", "preventive"]),
      optional("model", "string", "Risk model and version"),
      optional("categoryCode", "string", "Category of the model (HCC) or measure"),
      optional("conditionCode", "string", "ICD-10 code"),
      optional("evidence", "strings", "References to FHIR resources that speak for it"),
      optional("dueDate", "date", "Until when it should be closed"),
    ],
  },
  {
    name: "CareAlert",
    subject: "healthcare.events.care-alert-value",
    doc: "Something that somebody has to look at now",
    fields: [
      ...common,
      required("patientId", "string", "Logical id of the FHIR Patient; the record's key"),
      optional("encounterId", "string", "Logical id of the FHIR Encounter"),
      required("alertType", "string", "Rule that raised it"),
      required("severity", "string", "How urgent", ["info", "warning", "critical"]),
      optional("summary", "string", "In words"),
      optional("observationId", "string", "Logical id of the FHIR Observation"),
      optional("code", "string", "LOINC code of what was measured"),
      optional("value", "decimal", "What was measured"),
      optional("unit", "string", "UCUM unit"),
      optional("referenceRange", "string", "What would be usual"),
      optional("messageControlId", "string", "MSH-10 of the HL7 v2 message"),
    ],
  },
  {
    name: "Hl7v2RecordHeaders",
    subject: "healthcare.hl7v2-headers",
    doc: "Headers of the records that hold raw HL7 v2 messages; the value is the message's own bytes",
    fields: [
      optional(
        "content_type",
        "string",
        "Header content-type: media type and character set of the value",
      ),
      required("message_type", "string", "Header message-type: MSH-9.1"),
      optional("trigger_event", "string", "Header trigger-event: MSH-9.2"),
      required("message_control_id", "string", "Header message-control-id: MSH-10"),
      optional("hl7_version", "string", "Header hl7-version: MSH-12"),
      optional("source_system", "string", "Header source-system: MSH-3 and MSH-4"),
      optional("event_time", "string", "Header event-time: when it happened"),
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
