import { testRows } from "../fixtures/rest-rows.ts";

testRows("topics of any name are told, even of one that is not known", [
  {
    path: "/connectors/adt/topics",
    status: 200,
    answer: { adt: { topics: ["healthcare.hl7v2.adt"] } },
  },
  { path: "/connectors/x/topics", status: 200, answer: { x: { topics: [] } } },
  {
    method: "PUT",
    path: "/connectors/adt/topics/reset",
    status: 202,
    answer: "",
    call: ["resetActiveTopics", "adt"],
  },
]);
