/** A laboratory result of about 2 kB as a connector may hand it over: nested, without a schema. All of it is invented. */
export function sampleJson(): string {
  const observation = (index: number) => ({
    code: `4548-${index}`,
    display: "Hemoglobin A1c/Hemoglobin.total in Blood",
    value: 5.5 + index / 4,
    unit: "%",
    low: 4,
    high: 6,
    abnormal: index % 2 === 0,
    status: "final",
    observedAt: 1_483_425_001_864 + index,
  });
  return JSON.stringify({
    patientId: "PAT-0000042",
    mrn: "8000012",
    ssn: "000-00-0000",
    family: "Testperson",
    given: ["Ada", "Invented"],
    birthDate: "1980-02-29",
    gender: "female",
    address: { line: "1 Example Street", city: "Springfield", state: "IL", postalCode: "62701" },
    encounter: { id: "ENC-77", class: "AMB", location: { ward: "W1", room: "101", bed: "A" } },
    orderId: 9_007_199_254_740_991,
    priority: "1",
    receivedAt: 1_483_425_001_864,
    source: "LAB",
    facility: "HOSP",
    comments: ["Specimen slightly hemolyzed, results to be read with care.", null],
    observations: Array.from({ length: 8 }, (_, index) => observation(index)),
  });
}

/** The chain of five: what pipelines do to such a record. */
export const CHAIN: Readonly<Record<string, string>> = {
  transforms: "insert,replace,cast,mask,key",
  "transforms.insert.type": "org.apache.kafka.connect.transforms.InsertField$Value",
  "transforms.insert.topic.field": "topic",
  "transforms.insert.timestamp.field": "ingestedAt",
  "transforms.replace.type": "org.apache.kafka.connect.transforms.ReplaceField$Value",
  "transforms.replace.exclude": "comments",
  "transforms.replace.renames": "mrn:medicalRecordNumber,source:sourceSystem",
  "transforms.cast.type": "org.apache.kafka.connect.transforms.Cast$Value",
  "transforms.cast.spec": "priority:int32,orderId:string",
  "transforms.mask.type": "org.apache.kafka.connect.transforms.MaskField$Value",
  "transforms.mask.fields": "ssn,family",
  "transforms.key.type": "org.apache.kafka.connect.transforms.ValueToKey",
  "transforms.key.fields": "patientId",
};
