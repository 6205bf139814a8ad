import type { Content } from "./sample.ts";

// What the message of a row holds, where a value of the field's type alone would show nothing.

/** Values that a row asks for in prose, or that its element takes alone. */
export const asked: Readonly<Record<string, Content>> = {
  "DG1-21": "D",
  "AIG-9": "30",
  "AIL-7": "30",
  "AIP-7": "30",
  "AIP-12": "Booked",
  "AIS-5": "30",
  "EVN-2": "20240309101500+0100",
  "AL1[AllergyIntolerance]|category.extension[1].url": ["DA", "Drug allergy", "HL70127"],
  "AL1[AllergyIntolerance]|criticality.extension[1].url": ["SV", "Severe", "HL70128"],
  "IAM[AllergyIntolerance]|category.extension[1].url": ["DA", "Drug allergy", "HL70127"],
  "IAM[AllergyIntolerance]|criticality.extension[1].url": ["SV", "Severe", "HL70128"],
  "IAM-17": ["I", "Inactive", "HL70438"],
  "MSA-1": "AA",
  "NK1-6": ["", "", "PH", "", "31", "20", "5551234"],
  "OBR-13": ["F", "Patient was fasting", "HL70916"],
  "TQ1-5": ["30", "min"],
  "TQ1-6": ["2", "h"],
  "TQ1-13": ["45", "min"],
  "TXA-3": "TEXT",
  "TXA-17": "AU",
  "TXA-19": "CA",
  "XAD[Address]|extension[2].uri": "BDL",
  "XAD[Address]|extension[2].valueCodeableConcept.coding.value": "BDL",
  "XAD[Address]|extension[2].valueCodeableConcept.coding.system": "BDL",
};

/** What such a value is in FHIR, where the element is bound to FHIR's own codes and the guide leaves the rest open. */
export const meant: Readonly<Record<string, readonly string[]>> = {
  "AIP-12": ["accepted"],
  "IAM-17": ["inactive"],
  "ED.3": ["text/plain"],
  "MSA-1": ["ok"],
  "TQ.3": ["3", "d"],
  "TXA-3": ["text/plain"],
  "TXA-17": ["final"],
};

/**
 * Fields that say something only beside another one: the kind of an organization beside the organization, units beside
 * their number, an offset beside what it is counted from. By source, or map and source.
 */
/** An appointment without a start cannot be booked. */
const BEGINS = { "SCH-11": "^^^20240310090000+0100^20240310093000+0100" };
export const beside: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "AIG-9": BEGINS,
  "AIL-7": BEGINS,
  "AIP-7": BEGINS,
  "AIS-5": BEGINS,
  "AIS-10": { ...BEGINS, "SCH-25": "" },
  "SCH-25": BEGINS,
  "DG1[EpisodeOfCare]": { "PV1-54": "EPI1^^^HOSP" },
  "AL1-4": { "AL1-5": "Rash" },
  "IAM-4": { "IAM-5": "Rash" },
  "IAM-15": { "IAM-14": "Doe^Ann" },
  "OBR-8": { "OBR-7": "20240301101500+0100" },
  "OBX-11": { "OBX-5": "" },
  "OBX-24": { "OBX-23": "Clinic" },
  "NK1-30": { "NK1-13": "Clinic" },
  "NK1-31": { "NK1-13": "Clinic" },
  "NK1-32": { "NK1-13": "Clinic" },
  "OBR[Specimen]": { "OBR-15": "BLD" },
  "PR1-7": { "PR1-5": "20240301101500+0100" },
  "PID[Account]": { "PID-18": "ACC1^^^HOSP" },
  "RXO-1": { "RXO-5": "TAB^Tablet^L" },
  "RXO-2": { "RXO-3": "60" },
  "RXO-3": { "RXO-2": "20" },
  "RXO-4": { "RXO-2": "20", "RXO-3": "60" },
  "RXO-12": { "RXO-11": "30" },
  "RXO-19": { "RXO-18": "250" },
  "RXO-25": { "RXO-18": "250" },
  "RXO-26": { "RXO-18": "250", "RXO-25": "5" },
  "TQ1-5": { "TQ1-3": "^^^^^^^AC" },
  // A Provenance needs somebody who did it.
  "ORC[Provenance]": { "ORC-12": "PRA9^Orders^Olga" },
  "ORC-21": { "ORC-12": "PRA9^Orders^Olga" },
  "ORC-22": { "ORC-12": "PRA9^Orders^Olga", "ORC-21": "Clinic" },
  "ORC-23": { "ORC-12": "PRA9^Orders^Olga", "ORC-21": "Clinic" },
  "ORC-24": { "ORC-12": "PRA9^Orders^Olga", "ORC-21": "Clinic" },
  "ORC[ServiceRequest]|ORC-12": { "ORC-21": "Clinic" },
  "TXA[Provenance]": { "TXA-8": "20240305101500+0100", "TXA-9": "PRA9^Writes^Walt" },
  "PRT[CareTeam]|PRT-14": { "PRT-8": "Clinic" },
  "PRT[CareTeam]|PRT-15": { "PRT-8": "Clinic" },
  "PRT[Patient-GeneralPractitioner-PractitionerRole]": { "PRT-8": "Clinic" },
  "PRT-7": { "PRT-8": "Clinic" },
  "PRT-23": {
    "PRT-15":
      "^^BP^^^^5550001~^^CP^^^^5550002~^NET^Internet^a@example.org~^^FX^^^^5550003~^PRN^PH^^^^5550004~^WPN^PH^^^^5550005",
  },
  "ROL-10": { "ROL-14": "Clinic" },
  "ROL-11": { "ROL-14": "Clinic" },
};

/** Values for tests that say only what a field is not. */
export const others: Readonly<Record<string, string>> = {
  "NK1-3.1": "SPO",
  "XTN.3": "PH",
  "PV1-2.1": "I",
  "HD.3": "L",
  "OBX-2": "ST",
  "OBR-11": "L",
  "EVN-4": "O",
  "IAM-15": "SPO",
  "OBX-29": "RSLT",
  "PRT-4.1": "OP",
  "PRT-4.3": "HL70912",
  "ROL-3.1": "FHCP",
  "ROL-3.3": "HL70912",
  "OBX-5.1": "",
  "OBX-5.3": "",
  "RXA-21": "A",
  "IN1-17": "OTH",
  "XAD.7": "H|O|B",
  "PRT-2": "A",
  "PRT-23": "H",
  "OBX-11": "F",
  "TXA-19": "AV",
  "ORC-1": "NW",
};
