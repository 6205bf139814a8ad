/** What a message structure demands, as far as the conversion to FHIR depends on it. */
export interface Structure {
  /** `ADT_A01`. */
  readonly name: string;
  readonly required: readonly {
    readonly segment: string;
    readonly severity: "error" | "warning";
  }[];
  readonly requiredFields: readonly {
    readonly segment: string;
    readonly field: number;
    readonly name: string;
  }[];
}

const error = (segment: string) => ({ segment, severity: "error" }) as const;
const warning = (segment: string) => ({ segment, severity: "warning" }) as const;

const PATIENT_FIELDS = [
  { segment: "PID", field: 3, name: "patient identifier list" },
  { segment: "PID", field: 5, name: "patient name" },
] as const;

const RESULT_FIELDS = [
  ...PATIENT_FIELDS,
  { segment: "OBR", field: 4, name: "universal service identifier" },
  { segment: "OBX", field: 3, name: "observation identifier" },
  { segment: "OBX", field: 11, name: "observation result status" },
] as const;

/** Source: HL7 v2.5.1 chapters 3.3 (ADT), 4.4 (ORM) and 7.3 (ORU); EVN and PV1 are often left out. */
const structures: Readonly<Record<string, Structure>> = {
  ADT_A01: {
    name: "ADT_A01",
    required: [error("PID"), warning("EVN"), warning("PV1")],
    requiredFields: PATIENT_FIELDS,
  },
  ADT_A02: {
    name: "ADT_A02",
    required: [error("PID"), error("PV1"), warning("EVN")],
    requiredFields: PATIENT_FIELDS,
  },
  ADT_A03: {
    name: "ADT_A03",
    required: [error("PID"), error("PV1"), warning("EVN")],
    requiredFields: PATIENT_FIELDS,
  },
  ADT_A05: {
    name: "ADT_A05",
    required: [error("PID"), warning("EVN")],
    requiredFields: PATIENT_FIELDS,
  },
  ADT_A09: {
    name: "ADT_A09",
    required: [error("PID"), error("PV1"), warning("EVN")],
    requiredFields: PATIENT_FIELDS,
  },
  ADT_A39: {
    name: "ADT_A39",
    required: [error("PID"), error("MRG"), warning("EVN")],
    requiredFields: [
      ...PATIENT_FIELDS,
      { segment: "MRG", field: 1, name: "prior patient identifier list" },
    ],
  },
  ORU_R01: {
    name: "ORU_R01",
    required: [error("PID"), error("OBR")],
    requiredFields: RESULT_FIELDS,
  },
  ORM_O01: {
    name: "ORM_O01",
    required: [error("PID"), error("ORC")],
    requiredFields: [...PATIENT_FIELDS, { segment: "ORC", field: 1, name: "order control" }],
  },
};

/** Source: HL7 table 0354 "Message structure". */
const byTrigger: Readonly<Record<string, string>> = {
  "ADT^A01": "ADT_A01",
  "ADT^A02": "ADT_A02",
  "ADT^A03": "ADT_A03",
  "ADT^A04": "ADT_A01",
  "ADT^A08": "ADT_A01",
  "ADT^A11": "ADT_A09",
  "ADT^A13": "ADT_A01",
  "ADT^A28": "ADT_A05",
  "ADT^A31": "ADT_A05",
  "ADT^A40": "ADT_A39",
  "ORU^R01": "ORU_R01",
  "ORM^O01": "ORM_O01",
};

/** The structure of a trigger event, as far as it is known here. */
export function structureOf(messageCode: string, triggerEvent: string): Structure | undefined {
  return structures[byTrigger[`${messageCode}^${triggerEvent}`] ?? ""];
}
