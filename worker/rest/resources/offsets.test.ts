import { testRows } from "../fixtures/rest-rows.ts";

const path = "/connectors/adt/offsets";
const change = (body: unknown) => ({ method: "PATCH", path, body });
const missing = "Partitions / offsets need to be provided for an alter offsets request";

testRows("offsets are shown, altered and reset", [
  {
    path,
    status: 200,
    answer: { offsets: [{ partition: { filename: "a" }, offset: { position: 3 } }] },
  },
  { path: "/connectors/x/offsets", status: 404, answer: "Connector x not found" },
  {
    ...change({
      offsets: [
        { partition: { kafka_topic: "t", kafka_partition: 0 }, offset: { kafka_offset: "12" } },
        { partition: { kafka_topic: "t", kafka_partition: 1 }, offset: null },
        { partition: null, offset: { kafka_offset: 1 } },
      ],
    }),
    status: 200,
    answer: { message: "altered" },
    call: [
      "alterOffsets",
      "adt",
      [
        { partition: { kafka_topic: "t", kafka_partition: 0 }, offset: { kafka_offset: "12" } },
        { partition: { kafka_topic: "t", kafka_partition: 1 }, offset: null },
        { partition: null, offset: { kafka_offset: 1 } },
      ],
    ],
  },
  // A member that is left out is the same as null.
  {
    ...change({ offsets: [{ partition: { filename: "a" } }] }),
    status: 200,
    call: ["alterOffsets", "adt", [{ partition: { filename: "a" }, offset: null }]],
  },
  // Offsets are numbers, however they were written.
  {
    ...change('{"offsets":[{"partition":{"filename":"a"},"offset":{"position":1e2,"part":1.50}}]}'),
    status: 200,
    call: [
      "alterOffsets",
      "adt",
      [{ partition: { filename: "a" }, offset: { position: 100, part: 1.5 } }],
    ],
  },
  ...[{}, { offsets: null }, { offsets: [] }].map((body) => ({
    ...change(body),
    status: 400,
    answer: missing,
    call: null,
  })),
  ...[
    "",
    { offsets: {} },
    { offsets: [3] },
    { offsets: [{ partition: "a", offset: null }] },
    { offsets: [{ partition: { filename: "a" }, offset: [1] }] },
    '{"offsets":[{"partition":{"filename":"a"},"offset":1.50}]}',
  ].map((body) => ({
    ...change(body),
    status: 500,
    answer: /^Cannot deserialize value of type/,
    call: null,
  })),
  {
    ...change({ offsets: [{ partition: {}, position: {} }] }),
    status: 500,
    answer: /^Unrecognized field "position"/,
    call: null,
  },
  {
    method: "DELETE",
    path,
    status: 200,
    answer: { message: "reset" },
    call: ["resetOffsets", "adt"],
  },
]);
