import type { Random } from "./random.ts";

/** One analyte: LOINC code, name, how its value looks, unit and reference range. */
export interface Analyte {
  readonly code: string;
  readonly name: string;
  readonly type: "NM" | "ST" | "CWE" | "SN" | "TX";
  readonly unit: string;
  readonly range: string;
  value(random: Random): {
    readonly text: string;
    readonly parts?: readonly string[];
    readonly flag: string;
  };
}

export interface Panel {
  readonly code: string;
  readonly name: string;
  readonly section: string;
  readonly analytes: readonly [Analyte, ...Analyte[]];
}

/** A number with a fixed count of decimals (trailing zeros are part of the result), and its flag. */
function numeric(
  code: string,
  name: string,
  unit: string,
  low: number,
  high: number,
  decimals: number,
): Analyte {
  return {
    code,
    name,
    type: "NM",
    unit,
    range: `${low.toFixed(decimals)}-${high.toFixed(decimals)}`,
    value(random) {
      const width = high - low;
      const value = low - width * 0.3 + random.next() * width * 1.6;
      const flag = value < low ? "L" : value > high ? "H" : "N";
      return { text: Math.max(value, 0).toFixed(decimals), flag };
    },
  };
}

export const PANELS: readonly [Panel, ...Panel[]] = [
  {
    code: "58410-2",
    name: "CBC panel",
    section: "HM",
    analytes: [
      numeric("6690-2", "Leukocytes", "10*3/uL", 4.5, 11, 1),
      numeric("789-8", "Erythrocytes", "10*6/uL", 4.1, 5.9, 2),
      numeric("718-7", "Hemoglobin", "g/dL", 12, 17.5, 1),
      numeric("777-3", "Platelets", "10*3/uL", 150, 450, 0),
    ],
  },
  {
    code: "24323-8",
    name: "Comprehensive metabolic panel",
    section: "CH",
    analytes: [
      numeric("2345-7", "Glucose", "mg/dL", 70, 100, 0),
      numeric("2160-0", "Creatinine", "mg/dL", 0.6, 1.3, 2),
      numeric("2951-2", "Sodium", "mmol/L", 135, 145, 0),
      numeric("2823-3", "Potassium", "mmol/L", 3.5, 5.1, 1),
    ],
  },
  {
    code: "6463-4",
    name: "Bacteria identified",
    section: "MB",
    analytes: [
      {
        code: "6463-4",
        name: "Bacteria identified",
        type: "CWE",
        unit: "",
        range: "",
        value: (random) => {
          const parts = random.pick([
            ["112283007", "Escherichia coli", "SCT"],
            ["3092008", "Staphylococcus aureus", "SCT"],
            ["264868006", "No growth", "SCT"],
          ] as const);
          return { text: "", parts, flag: parts[0] === "264868006" ? "N" : "A" };
        },
      },
      {
        code: "565-2",
        name: "Colony count",
        type: "SN",
        unit: "{CFU}/mL",
        range: "",
        value: () => ({ text: "", parts: [">", "100000"], flag: "A" }),
      },
    ],
  },
  {
    code: "24356-8",
    name: "Urinalysis",
    section: "UR",
    analytes: [
      {
        code: "5778-6",
        name: "Color of Urine",
        type: "ST",
        unit: "",
        range: "yellow",
        value: (random) => ({ text: random.pick(["yellow", "amber", "straw & clear"]), flag: "" }),
      },
      numeric("2965-2", "Specific gravity", "{ratio}", 1.005, 1.03, 3),
      {
        code: "8251-1",
        name: "Service comment",
        type: "TX",
        unit: "",
        range: "",
        value: () => ({ text: "Sample received | stored cool", flag: "" }),
      },
    ],
  },
];

export const DIAGNOSES = [
  ["J18.9", "Pneumonia, unspecified organism"],
  ["I10", "Essential (primary) hypertension"],
  ["S72.001A", "Fracture of unspecified part of neck of right femur"],
  ["E11.9", "Type 2 diabetes mellitus without complications"],
  ["N39.0", "Urinary tract infection, site not specified"],
] as const;

export const DOCTORS = [
  ["1001", "Amsel", "Ines"],
  ["1002", "Borowski", "Piet"],
  ["1003", "Cray", "Lenore"],
  ["1004", "Dunning", "Oskar"],
] as const;

export const WARDS = ["MED1", "MED2", "SURG", "ICU", "PEDS"] as const;
export const SERVICES = ["MED", "SUR", "PUL", "CAR", "URO"] as const;
