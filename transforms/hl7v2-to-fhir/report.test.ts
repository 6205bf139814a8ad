import assert from "node:assert/strict";
import { test } from "node:test";
import { parseMessage } from "#lib/hl7v2";
import { coverageOf, declaredMaps } from "./fixtures/declared-maps.ts";
import { conversionReport, convertMessage, countFields } from "./library.ts";
import type { ConversionReport } from "./library.ts";

const options = { timeZone: "UTC", receivedAt: "2026-01-01T00:00:00Z", trace: true };
const SECRET = "Zebra";
const text = [
  "MSH|^~\\&|APP|HOSP|||20260101120000||ADT^A01|M1|P|2.5.1",
  `PID|1||4711^^^HOSP^MR||${SECRET}^Jane||19700203|F`,
  'PV1|1|I|W1^2^B|""|||1^Amsel||||||||||||V1|||||||||||||||||||||||||||not a number',
  "OBX|1|ST|a^b^L||x",
  "OBX|2|ST|c^d^L||y",
  `ZPI|1|${SECRET}`,
].join("\r");

function reportOf(input: string): ConversionReport {
  const message = parseMessage(input);
  const result = convertMessage(message, options);
  assert.ok("made" in result);
  return conversionReport(message, result.conversion);
}

test("every filled field is mapped, ignored with a reason, or unmapped with a reason", () => {
  const { fields, counts } = reportOf(text);
  const message = parseMessage(text);

  const filled = message.segments.flatMap((segment) =>
    Array.from({ length: segment.fieldCount }, (_, index) => segment.field(index + 1)).filter(
      (field) => !field.isEmpty,
    ),
  );
  assert.equal(fields.length, filled.length);
  assert.equal(counts.mapped + counts.ignored + counts.unmapped, filled.length);
  for (const { outcome, reason, made } of fields) {
    assert.ok(
      outcome === "mapped" ? made : reason,
      "a mapped field has elements, any other a reason",
    );
  }
});

const places: readonly (readonly [place: string, outcome: string, says: RegExp])[] = [
  ["PID-3", "mapped", /Patient\.identifier/],
  ["PV1-7", "mapped", /Practitioner.*Encounter\.participant/],
  ["OBX[2]-5", "mapped", /Observation\.value/],
  ["PID-1", "ignored", /numbers the segments/],
  ["PV1-4", "ignored", /the sender deletes the value/],
  ["PV1-46", "unmapped", /does not hold what its type says/],
  ["ZPI-2", "unmapped", /the segment is not converted/],
];
for (const [place, outcome, says] of places) {
  test(`${place} is ${outcome}`, () => {
    const found = reportOf(text).fields.find((each) => each.place === place);

    assert.equal(found?.outcome, outcome);
    assert.match(found.reason ?? JSON.stringify(found.made?.map(({ element }) => element)), says);
  });
}

test("the report can be read the other way: which fields made an element", () => {
  const { elements } = reportOf(text);

  const activity = elements.find(({ element }) => element === "MessageHeader.sender");
  assert.deepEqual(activity?.places, ["MSH-4"]);
  const values = elements.filter(({ element }) => element === "Observation.value[x]");
  assert.deepEqual(
    values.map((each) => each.places),
    [
      ["OBX[1]-2", "OBX[1]-5"],
      ["OBX[2]-2", "OBX[2]-5"],
    ],
  );
});

test("the report holds no value of the message", () => {
  assert.doesNotMatch(JSON.stringify(reportOf(text)), new RegExp(`${SECRET}|Amsel|4711`));
});

test("the counts cost no trace and are the same", () => {
  const message = parseMessage(text);
  const result = convertMessage(message, { ...options, trace: false });
  assert.ok("made" in result);

  assert.deepEqual(countFields(message, result.conversion), reportOf(text).counts);
  assert.deepEqual(result.conversion.trace(), []);
});

test("the maps declare more fields than all other converters together", async (t) => {
  const { segments, fields, kept } = coverageOf(await declaredMaps());

  t.diagnostic(`${fields.size} fields of ${segments.size} segments, ${kept.size} only kept`);
  assert.ok(fields.size > 868);
  assert.ok(fields.size - kept.size > 611, "and more elements of FHIR than any one of them");
  const union =
    "ACC AIG AIL AIP AIS AL1 ARV AUT BLG CDO CON CTD CTI DB1 DG1 DRG EVN FT1 GOL GT1 IAM IAR IN1 IN2 IN3 INV MRG MSA MSH NK1 NTE OBR OBX ODS ORC PD1 PDA PID PR1 PRB PRD PRT PV1 PV2 RF1 ROL RQD RXA RXC RXD RXE RXO RXR SAC SCH SFT SPM TQ1 TXA TQ2 UB2";
  assert.deepEqual([...new Set(union.split(" ")).difference(segments)], []);
});
