/** The messages that every parser of the benchmark reads: invented, the same for all of them, segments ended by CR. */

/** ADT_A01 with seven segments and everything that parsers differ in: repetitions, sub-components, escapes, null. */
export const ADT = [
  "MSH|^~\\&|ADT1|NORTHMERE^2.999.1^ISO|CONNECT|CC|20260101120000+0100||ADT^A01^ADT_A01|MSG00001|P|2.5.1|||AL|NE||UNICODE UTF-8",
  "EVN|A01|20260101120000+0100||ADM|1234^Clerk^Anna^^^^^^NORTHMERE&2.999.1&ISO|20260101115900+0100",
  'PID|1||4711^^^NORTHMERE&2.999.1&ISO^MR~0815^^^NAT&2.999.2&ISO^NI||Doe^Jane^Mary^^Mrs^^L~Roe^Jane^^^^^M||19700203|F|||1 Main St^Apt 4^Northmere^NM^12345^USA^H~PO Box 9^^Northmere^NM^12345^USA^M||+1 555 0100^PRN^PH^^1^555^0100~^NET^Internet^jane@example.org||en^English^ISO639|M|CHR|V100^^^NORTHMERE&2.999.1&ISO^AN|||||||||""',
  "NK1|1|Doe^John|SPO^Spouse^HL70063|1 Main St^^Northmere^NM^12345|+1 555 0101^PRN^PH",
  "PV1|1|I|W1^R2^B3^NORTHMERE^^^N^1|E|||9876^Smith^Peter^A^^Dr^^^NORTHMERE&2.999.1&ISO^L|||MED||||1|||9876^Smith^Peter^A^^Dr^^^NORTHMERE&2.999.1&ISO|IN|V100^^^NORTHMERE&2.999.1&ISO^VN|||||||||||||||||||||||||20260101115500+0100",
  "AL1|1|DA^Drug allergy^HL70127|70618^Penicillin^RXNORM|SV|Rash \\T\\ swelling\\.br\\since 1990",
  "DG1|1||J18.9^Pneumonia, unspecified organism^I10||20260101|A",
  "",
].join("\r");

/** ORU_R01 with fifty OBX. */
export const ORU = [
  "MSH|^~\\&|LAB|NORTHMERE|CONNECT|CC|20260101120000+0100||ORU^R01^ORU_R01|MSG00002|P|2.5.1|||AL|NE||UNICODE UTF-8",
  "PID|1||4711^^^NORTHMERE&2.999.1&ISO^MR||Doe^Jane||19700203|F",
  "PV1|1|I|W1^R2^B3",
  "ORC|RE|P1^HIS|F1^LAB||CM||||20260101110000",
  "OBR|1|P1^HIS|F1^LAB|24323-8^Comprehensive metabolic panel^LN|||20260101100000+0100|||||||||9876^Smith^Peter||||||20260101115900+0100||LAB|F",
  ...Array.from(
    { length: 50 },
    (_, index) =>
      `OBX|${index + 1}|NM|2345-7^Glucose [Mass/volume] in Serum^LN^GLU^Glucose^L||${90 + index}.50|mg/dL^milligram per deciliter^UCUM|70-105|H~A|||F|||20260101100000+0100|NORTHMERE^Lab \\T\\ Co|9876^Smith^Peter||ANALYZER1^^2.999.7^ISO`,
  ),
  "",
].join("\r");
