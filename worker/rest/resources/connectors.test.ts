import { infoOf, statusOf } from "../fixtures/fake-herder.ts";
import { testRows } from "../fixtures/rest-rows.ts";

const config = { "connector.class": "FileStreamSource" };

testRows("GET /connectors lists names, or what `expand` asks for", [
  { path: "/connectors", status: 200, answer: ["adt"] },
  { path: "/connectors/", status: 200, answer: ["adt"] },
  { path: "/connectors?expand=status", status: 200, answer: { adt: { status: statusOf("adt") } } },
  { path: "/connectors?expand=info", status: 200, answer: { adt: { info: infoOf("adt") } } },
  {
    path: "/connectors?expand=status&expand=info",
    status: 200,
    answer: { adt: { status: statusOf("adt"), info: infoOf("adt") } },
  },
  // A value that is not known is ignored, but it still asks for the object form.
  { path: "/connectors?expand=offsets", status: 200, answer: { adt: {} } },
  { path: "/connectors?expand=", status: 200, answer: { adt: {} } },
]);

testRows("POST /connectors creates a connector", [
  {
    method: "POST",
    path: "/connectors",
    body: { name: "oru", config },
    status: 201,
    location: "/connectors/oru",
    answer: infoOf("oru"),
    call: ["createConnector", "oru", config, undefined],
  },
  {
    method: "POST",
    path: "/connectors/",
    body: { name: "  oru\t", config },
    status: 201,
    location: "/connectors/oru",
    call: ["createConnector", "oru", config, undefined],
  },
  {
    method: "POST",
    path: "/connectors",
    body: { name: "lab/ward 5", config },
    status: 201,
    location: "/connectors/lab%2Fward%205",
  },
  // Numbers and booleans are text to Kafka Connect, digit by digit; null is for the validation to judge.
  {
    method: "POST",
    path: "/connectors",
    body: `{"name":"oru","config":{"tasks.max":3,"on":true,"ratio":1.50,"big":12345678901234567890,"gone":null}}`,
    status: 201,
    call: [
      "createConnector",
      "oru",
      { "tasks.max": "3", on: "true", ratio: "1.50", big: "12345678901234567890", gone: null },
      undefined,
    ],
  },
  ...["RUNNING", "paused", "Stopped"].map((state) => ({
    method: "POST",
    path: "/connectors",
    body: { name: "oru", config, initial_state: state },
    status: 201,
    call: ["createConnector", "oru", config, state.toUpperCase()],
  })),
  {
    method: "POST",
    path: "/connectors",
    body: { name: "oru", config, initial_state: null },
    status: 201,
    call: ["createConnector", "oru", config, undefined],
  },
  {
    method: "POST",
    path: "/connectors",
    body: { name: "oru", config, initial_state: "SLEEPING" },
    status: 500,
    answer: /^Cannot construct instance of .*RUNNING, PAUSED, STOPPED/,
    call: null,
  },
  {
    method: "POST",
    path: "/connectors",
    body: { name: "adt", config },
    status: 409,
    answer: "Connector adt already exists",
  },
  {
    method: "POST",
    path: "/connectors",
    body: { name: "oru", config: { ...config, name: "orm" } },
    status: 400,
    answer: "Connector name configuration (orm) doesn't match connector name in the URL (oru)",
    call: null,
  },
  // A missing name is the empty name: the validation refuses it, unless the config has another one.
  {
    method: "POST",
    path: "/connectors",
    body: { config },
    status: 201,
    call: ["createConnector", "", config, undefined],
  },
  {
    method: "POST",
    path: "/connectors",
    body: { config: { ...config, name: "orm" } },
    status: 400,
    answer: "Connector name configuration (orm) doesn't match connector name in the URL ()",
    call: null,
  },
  {
    method: "POST",
    path: "/connectors",
    body: { name: "oru" },
    status: 500,
    answer: /^Cannot deserialize value of type/,
    call: null,
  },
  {
    method: "POST",
    path: "/connectors",
    body: { name: "oru", config, priority: 1 },
    status: 500,
    answer: /^Unrecognized field "priority"/,
    call: null,
  },
  ...[{ a: { b: "c" } }, { a: ["b"] }].map((nested) => ({
    method: "POST",
    path: "/connectors",
    body: { name: "oru", config: nested },
    status: 500,
    answer: /^Cannot deserialize value of type/,
    call: null,
  })),
]);

testRows("one connector is read by its name", [
  { path: "/connectors/adt", status: 200, answer: infoOf("adt") },
  { path: "/connectors/adt/", status: 200, answer: infoOf("adt") },
  { path: "/connectors/x", status: 404, answer: "Connector x not found" },
  {
    path: "/connectors/adt/config",
    status: 200,
    answer: { name: "adt", "connector.class": "Fake" },
  },
  { path: "/connectors/x/config", status: 404, answer: "Connector x not found" },
  { path: "/connectors/adt/status", status: 200, answer: statusOf("adt") },
  { path: "/connectors/x/status", status: 404, answer: "No status found for connector x" },
]);

const oddNames = ["lab/ward 5", "100%", "what?", "größe", "a#b", "%2F", "x".repeat(300)];
testRows(
  "names are decoded once, whatever they hold",
  oddNames.map((name) => ({
    path: `/connectors/${encodeURIComponent(name)}`,
    status: 200,
    answer: infoOf(name),
  })),
  oddNames,
);

testRows("PUT and PATCH of a config create, replace and merge", [
  {
    method: "PUT",
    path: "/connectors/adt/config",
    body: { ...config, "tasks.max": 2 },
    status: 200,
    answer: infoOf("adt"),
    call: ["putConnectorConfig", "adt", { ...config, "tasks.max": "2" }],
  },
  {
    method: "PUT",
    path: "/connectors/lab%2Foru/config",
    body: config,
    status: 201,
    location: "/connectors/lab%2Foru",
    answer: infoOf("lab/oru"),
    call: ["putConnectorConfig", "lab/oru", config],
  },
  {
    method: "PUT",
    path: "/connectors/adt/config",
    body: { ...config, name: "adt" },
    status: 200,
    call: ["putConnectorConfig", "adt", { ...config, name: "adt" }],
  },
  {
    method: "PUT",
    path: "/connectors/adt/config",
    body: { ...config, name: "oru" },
    status: 400,
    answer: "Connector name configuration (oru) doesn't match connector name in the URL (adt)",
    call: null,
  },
  {
    method: "PUT",
    path: "/connectors/adt/config",
    status: 500,
    answer: /^Cannot deserialize value of type/,
    call: null,
  },
  {
    method: "PUT",
    path: "/connectors/adt/config",
    body: ["a"],
    status: 500,
    answer: /^Cannot deserialize value of type/,
    call: null,
  },
  {
    method: "PATCH",
    path: "/connectors/adt/config",
    body: { "tasks.max": 4, topics: null },
    status: 200,
    answer: infoOf("adt"),
    call: ["patchConnectorConfig", "adt", { "tasks.max": "4", topics: null }],
  },
  {
    method: "PATCH",
    path: "/connectors/x/config",
    body: {},
    status: 404,
    answer: "Connector x not found",
  },
]);

testRows("DELETE, pause, resume and stop answer with an empty body", [
  {
    method: "DELETE",
    path: "/connectors/adt",
    status: 204,
    answer: "",
    call: ["deleteConnector", "adt"],
  },
  { method: "DELETE", path: "/connectors/x", status: 404, answer: "Connector x not found" },
  {
    method: "PUT",
    path: "/connectors/adt/pause",
    status: 202,
    answer: "",
    call: ["pauseConnector", "adt"],
  },
  {
    method: "PUT",
    path: "/connectors/adt/resume",
    status: 202,
    answer: "",
    call: ["resumeConnector", "adt"],
  },
  {
    method: "PUT",
    path: "/connectors/adt/stop",
    status: 204,
    answer: "",
    call: ["stopConnector", "adt"],
  },
  // Clients like axios name a content type though they send nothing.
  {
    method: "PUT",
    path: "/connectors/adt/pause",
    body: "",
    status: 202,
    call: ["pauseConnector", "adt"],
  },
]);

const restart = (query: string, includeTasks: boolean, onlyFailed: boolean) => ({
  method: "POST",
  path: `/connectors/adt/restart${query}`,
  ...(includeTasks || onlyFailed
    ? { status: 202, answer: statusOf("adt") }
    : { status: 204, answer: "" }),
  call: ["restartConnector", "adt", { includeTasks, onlyFailed }],
});
testRows("POST restart answers 202 with the plan when tasks or states take part, else 204", [
  restart("", false, false),
  restart("?includeTasks=true", true, false),
  restart("?onlyFailed=true", false, true),
  restart("?includeTasks=TRUE&onlyFailed=True", true, true),
  // Only `true` is true: everything else, and nothing, is false.
  restart("?includeTasks=yes&onlyFailed=1", false, false),
  restart("?includeTasks=&onlyFailed", false, false),
  {
    method: "POST",
    path: "/connectors/x/restart",
    status: 404,
    answer: "Unknown connector: x",
  },
]);
