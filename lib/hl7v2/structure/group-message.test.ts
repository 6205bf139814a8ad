import assert from "node:assert/strict";
import { test } from "node:test";
import { parseMessage } from "../message.ts";
import { Group } from "./group.ts";
import { groupMessage } from "./group-message.ts";
import type { GroupedMessage } from "./group-message.ts";

/** A message of that type whose other segments are given by name, or as text with fields. */
function grouped(type: string, ...segments: readonly string[]): GroupedMessage {
  const body = segments.join(" ").split(" ");
  return groupMessage(
    parseMessage(["MSH|^~\\&|||||1||" + type + "|1|P|2.5.1", ...body].join("\r")),
  );
}

/** `PATIENT_RESULT(PATIENT(PID) …)`. */
function shape(group: Group): string {
  const inner = group.children.map((child) => (child instanceof Group ? shape(child) : child.name));
  return `${group.name}(${inner.join(" ")})`;
}
const inside = ({ root }: GroupedMessage): string =>
  shape(root)
    .replace(/^\w+\(MSH ?/, "")
    .slice(0, -1);
const problems = ({ misplacements }: GroupedMessage): string[] =>
  misplacements.map(({ kind, segment, group }) => `${kind} ${segment.name} in ${group.name}`);

const examples: readonly (readonly [
  what: string,
  type: string,
  segments: string,
  groups: string,
  problems?: readonly string[],
])[] = [
  [
    "two patients with two orders each: every OBX and NTE stands under its own",
    "ORU^R01",
    "PID NTE PV1 ORC OBR NTE OBX NTE OBX OBR OBX PID OBR OBX",
    "PATIENT_RESULT(PATIENT(PID NTE VISIT(PV1)) " +
      "ORDER_OBSERVATION(COMMON_ORDER(ORC) OBR NTE OBSERVATION(OBX NTE) OBSERVATION(OBX)) " +
      "ORDER_OBSERVATION(OBR OBSERVATION(OBX))) " +
      "PATIENT_RESULT(PATIENT(PID) ORDER_OBSERVATION(OBR OBSERVATION(OBX)))",
  ],
  [
    "an OBX under a specimen is one of the specimen",
    "ORU^R01",
    "PID OBR OBX SPM OBX OBR",
    "PATIENT_RESULT(PATIENT(PID) ORDER_OBSERVATION(OBR OBSERVATION(OBX) " +
      "SPECIMEN(SPM SPECIMEN_OBSERVATION(OBX))) ORDER_OBSERVATION(OBR))",
  ],
  [
    "a role belongs to the segment that it follows",
    "ADT^A01",
    "EVN PID ROL PV1 ROL PR1 ROL IN1 ROL",
    "EVN PID ROL PV1 ROL PROCEDURE(PR1 ROL) INSURANCE(IN1 ROL)",
  ],
  [
    "each insurance has its own IN2 and IN3",
    "ADT^A04",
    "EVN PID PV1 IN1 IN2 IN3 IN1 IN3",
    "EVN PID PV1 INSURANCE(IN1 IN2 IN3) INSURANCE(IN1 IN3)",
  ],
  ["a missing EVN, PV1 or OBR breaks nothing", "ADT^A01", "PID DG1", "PID DG1"],
  [
    "results whose OBR is missing stand under their ORC",
    "ORU^R01",
    "PID ORC NTE OBX ORC OBR OBX",
    "PATIENT_RESULT(PATIENT(PID) ORDER_OBSERVATION(COMMON_ORDER(ORC) NTE OBSERVATION(OBX)) " +
      "ORDER_OBSERVATION(COMMON_ORDER(ORC) OBR OBSERVATION(OBX)))",
  ],
  [
    "the two patients of a swap stay apart",
    "ADT^A17",
    "EVN PID PV1 OBX PID PD1 PV1",
    "EVN PID PV1 OBSERVATION_1(OBX) PID PD1 PV1",
  ],
  [
    "each merged patient has its MRG",
    "ADT^A40",
    "EVN PID MRG PID PD1 MRG PV1",
    "EVN PATIENT(PID MRG) PATIENT(PID PD1 MRG PV1)",
  ],
  [
    "a Z segment stays where it stands",
    "ORU^R01",
    "PID ZP1 OBR ZB1 OBX ZX1 OBX",
    "PATIENT_RESULT(PATIENT(PID ZP1) ORDER_OBSERVATION(OBR ZB1 OBSERVATION(OBX ZX1) OBSERVATION(OBX)))",
    ["unknown ZP1 in PATIENT", "unknown ZB1 in ORDER_OBSERVATION", "unknown ZX1 in OBSERVATION"],
  ],
  [
    "a visit that comes late is still the patient's",
    "ORU^R01",
    "PID OBR OBX PV1 PV2 OBR OBX",
    "PATIENT_RESULT(PATIENT(PID VISIT(PV1 PV2)) ORDER_OBSERVATION(OBR OBSERVATION(OBX)) " +
      "ORDER_OBSERVATION(OBR OBSERVATION(OBX)))",
    ["out-of-order PV1 in VISIT"],
  ],
  [
    "diagnoses after the insurance are diagnoses",
    "ADT^A01",
    "EVN PID PV1 IN1 DG1 DG1 IN1 IN2",
    "EVN PID PV1 INSURANCE(IN1) DG1 DG1 INSURANCE(IN1 IN2)",
    ["out-of-order DG1 in ADT_A01"],
  ],
  [
    "a segment that may be there once is kept when it comes twice",
    "ADT^A01",
    "EVN PID PD1 PD1 PV1",
    "EVN PID PD1 PD1 PV1",
    ["repeated PD1 in ADT_A01"],
  ],
  [
    "an order that is no OBR is an order too",
    "ORM^O01",
    "PID ORC RXO NTE ORC OBR OBX NTE FT1",
    "PATIENT(PID) ORDER(ORC ORDER_DETAIL(RXO NTE)) " +
      "ORDER(ORC ORDER_DETAIL(OBR OBSERVATION(OBX NTE)) FT1)",
  ],
  [
    "an OBR without ORC is one more order",
    "ORM^O01",
    "PID ORC OBR OBR OBX",
    "PATIENT(PID) ORDER(ORC ORDER_DETAIL(OBR)) ORDER(ORDER_DETAIL(OBR OBSERVATION(OBX)))",
  ],
  [
    "a second visit does not open a patient without PID",
    "ORU^R01",
    "PID PV1 PV2 OBR PV1 PV2",
    "PATIENT_RESULT(PATIENT(PID VISIT(PV1 PV2 PV1 PV2)) ORDER_OBSERVATION(OBR))",
    ["repeated PV1 in VISIT"],
  ],
  [
    "the next ORC of a lab order is the next order, not a prior result",
    "OML^O21",
    "PID ORC OBR OBX SPM ORC OBR",
    "PATIENT(PID) ORDER(ORC OBSERVATION_REQUEST(OBR OBSERVATION(OBX) SPECIMEN(SPM))) " +
      "ORDER(ORC OBSERVATION_REQUEST(OBR))",
  ],
  [
    "a prior result begins with a PID of its own, and a new order ends it",
    "OML^O21",
    "PID ORC|NW OBR PID ORC|PR OBR OBX ORC|PR OBR OBX ORC|NW OBR",
    "PATIENT(PID) ORDER(ORC OBSERVATION_REQUEST(OBR PRIOR_RESULT(PATIENT_PRIOR(PID) " +
      "ORDER_PRIOR(ORC OBR OBSERVATION_PRIOR(OBX)) ORDER_PRIOR(ORC OBR OBSERVATION_PRIOR(OBX))))) " +
      "ORDER(ORC OBSERVATION_REQUEST(OBR))",
  ],
  [
    "two OBR of a lab order are two orders, and prior results without PID begin with their PV1",
    "OML^O21",
    "PID ORC OBR OBR OBX PV1 ORC OBR OBX PV1 ORC OBR OBX",
    "PATIENT(PID) ORDER(ORC OBSERVATION_REQUEST(OBR)) " +
      "ORDER(OBSERVATION_REQUEST(OBR OBSERVATION(OBX) " +
      "PRIOR_RESULT(PATIENT_VISIT_PRIOR(PV1) ORDER_PRIOR(ORC OBR OBSERVATION_PRIOR(OBX))) " +
      "PRIOR_RESULT(PATIENT_VISIT_PRIOR(PV1) ORDER_PRIOR(ORC OBR OBSERVATION_PRIOR(OBX)))))",
  ],
  [
    "results whose OBR and ORC are missing are results",
    "ORU^R01",
    "PID PV1 OBX NTE OBX",
    "PATIENT_RESULT(PATIENT(PID VISIT(PV1)) ORDER_OBSERVATION(OBSERVATION(OBX NTE) OBSERVATION(OBX)))",
  ],
  [
    "a result after an ORC is no order document, and one with a TXA is",
    "OUL^R22",
    "PID SPM OBR ORC OBX OBX OBR ORC OBX TXA OBX",
    "PATIENT(PID) SPECIMEN(SPM ORDER(OBR COMMON_ORDER(ORC) RESULT(OBX) RESULT(OBX)) " +
      "ORDER(OBR COMMON_ORDER(ORC ORDER_DOCUMENT(OBX TXA)) RESULT(OBX)))",
  ],
  [
    "each vaccination has its route and its observations",
    "VXU^V04",
    "PID NK1 ORC RXA RXR OBX OBX ORC RXA OBX NTE",
    "PID NK1 ORDER(ORC RXA RXR OBSERVATION(OBX) OBSERVATION(OBX)) ORDER(ORC RXA OBSERVATION(OBX NTE))",
  ],
  [
    "vaccinations without ORC are still one group each",
    "VXU^V04",
    "PID RXA OBX RXA OBX",
    "PID ORDER(RXA OBSERVATION(OBX)) ORDER(RXA OBSERVATION(OBX))",
  ],
  [
    "resources of an appointment come in any order",
    "SIU^S12",
    "SCH PID RGS AIL AIS NTE AIP",
    "SCH PATIENT(PID) RESOURCES(RGS LOCATION_RESOURCE(AIL) SERVICE(AIS NTE) PERSONNEL_RESOURCE(AIP))",
    ["out-of-order AIS in SERVICE"],
  ],
  [
    "an encoded pharmacy order keeps ordered and encoded parts apart",
    "RDE^O11",
    "PID ORC TQ1 RXO RXR RXC RXE TQ1 RXR RXC OBX ORC RXE TQ1",
    "PATIENT(PID) ORDER(ORC TIMING(TQ1) ORDER_DETAIL(RXO RXR COMPONENT(RXC)) RXE TIMING_ENCODED(TQ1) " +
      "RXR RXC OBSERVATION(OBX)) ORDER(ORC RXE TIMING_ENCODED(TQ1))",
  ],
  [
    "a local event takes its structure from MSH-9.3",
    "ADT^Z01^ADT_A01",
    "PID IN1",
    "PID INSURANCE(IN1)",
  ],
  ["a wrong MSH-9.3 does not matter", "ADT^A08^ADT_A08", "PID IN1", "PID INSURANCE(IN1)"],
  [
    "any segment may follow where the structure allows any",
    "RSP^K11^RSP_K11",
    "MSA QAK QPD PID PV1",
    "MSA QAK QPD PID PV1",
  ],
];

for (const [what, type, segments, groups, expected = []] of examples) {
  test(what, () => {
    const result = grouped(type, segments);

    assert.equal(inside(result), groups);
    assert.deepEqual(problems(result), expected);
  });
}

test("without a known structure all segments stand in the message", () => {
  const result = grouped("ZZZ^Z99", "PID ZZ1");

  assert.equal(result.structure, undefined);
  assert.equal(shape(result.root), "MESSAGE(MSH PID ZZ1)");
});

test("a group answers for its own segments, its inner groups and the whole of it", () => {
  const { root } = grouped("ORU^R01", "PID OBR OBX OBX");
  const result = root.group("PATIENT_RESULT");

  assert.equal(result?.group("PATIENT")?.segment("PID")?.name, "PID");
  assert.equal(result?.segment("PID"), undefined);
  assert.equal(result?.find("OBX")?.name, "OBX");
  assert.equal(result?.group("ORDER_OBSERVATION")?.groups("OBSERVATION").length, 2);
  assert.equal([...root.walk()].length, 5);
});

test("a long message in the wrong order takes time in proportion to its length", () => {
  const message = (count: number): string => `EVN PID PV1 ${"DG1 PDA ".repeat(count)}`.trimEnd();
  const started = performance.now();
  const { root } = grouped("ADT^A01", message(50_000));

  assert.equal(root.segments("PDA").length, 50_000);
  // Squared it would be minutes; this is a deadline for a hang, not a measurement.
  assert.ok(performance.now() - started < 20_000);
});
