import { testRows } from "../fixtures/rest-rows.ts";

const list = (query: string, connectorsOnly: boolean) => ({
  path: `/connector-plugins${query}`,
  status: 200,
  answer: [{ class: "FakeSink", type: "sink", version: "1.0.0" }],
  call: ["plugins", { connectorsOnly }],
});

testRows("plug-ins are listed, described, and check a config", [
  list("", true),
  list("/", true),
  list("?connectorsOnly=true", true),
  list("?connectorsOnly=True", true),
  list("?connectorsOnly=false", false),
  list("?connectorsOnly=", true),
  list("?connectorsOnly=no", false),
  {
    path: "/connector-plugins/org.example.FakeSink/config",
    status: 200,
    answer: [],
    call: ["pluginConfig", "org.example.FakeSink"],
  },
  // A config with errors is still answered with 200: the errors are the answer.
  {
    method: "PUT",
    path: "/connector-plugins/FakeSink/config/validate",
    body: { "connector.class": "FakeSink", "tasks.max": 0, topics: null },
    status: 200,
    answer: { name: "FakeSink", error_count: 2, groups: [], configs: [] },
    call: [
      "validateConfig",
      "FakeSink",
      { "connector.class": "FakeSink", "tasks.max": "0", topics: null },
    ],
  },
  {
    method: "PUT",
    path: "/connector-plugins/FakeSink/config/validate",
    body: "[",
    status: 500,
    answer: /^Unexpected character/,
    call: null,
  },
]);
