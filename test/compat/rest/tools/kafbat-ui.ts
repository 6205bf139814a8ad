import { get, post, put, remove, settled } from "../step.ts";
import type { Scenario, Step } from "../step.ts";
import {
  list,
  mapOf,
  members,
  nothing,
  oneOf,
  orNull,
  text,
  textOrNull,
  truth,
  whole,
} from "./readable.ts";
import type { Shape } from "./readable.ts";

// The schemas of contract/src/main/resources/swagger/kafka-connect-api.yaml. Its client refuses words that an
// enumeration does not list; members that the pages need (KafkaConnectMapper) may not be missing.
const info = members({ version: text, commit: text, kafka_cluster_id: text });
const task = members({ connector: text, task: whole });
const connector = members({
  name: text,
  config: { ...mapOf(text), required: ["connector.class", "name"] },
  tasks: list(task),
  type: oneOf("source", "sink", "unknown"),
});
const taskStatus = members(
  {
    id: whole,
    state: oneOf("RUNNING", "FAILED", "PAUSED", "RESTARTING", "UNASSIGNED"),
    worker_id: text,
  },
  { trace: text },
);
const status = members({
  name: text,
  connector: members(
    {
      state: oneOf("RUNNING", "FAILED", "PAUSED", "UNASSIGNED", "RESTARTING", "STOPPED"),
      worker_id: text,
    },
    { trace: text },
  ),
  tasks: list(taskStatus),
});
const expanded = mapOf(members({ info: connector, status }));
const definition = members({
  name: text,
  type: oneOf("BOOLEAN", "CLASS", "DOUBLE", "INT", "LIST", "LONG", "PASSWORD", "SHORT", "STRING"),
  required: truth,
  default_value: textOrNull,
  importance: oneOf("LOW", "MEDIUM", "HIGH"),
  documentation: text,
  group: textOrNull,
  width: oneOf("SHORT", "MEDIUM", "LONG", "NONE"),
  display_name: text,
  dependents: list(text),
  order: whole,
});
const value = members({
  name: text,
  value: textOrNull,
  recommended_values: list(text),
  errors: list(text),
  visible: truth,
});
const report = members({
  name: text,
  error_count: whole,
  groups: list(text),
  configs: list(members({ definition: orNull(definition), value: orNull(value) })),
});
const failure = members({ message: text });

const headers = { accept: "application/json" };
const asks = (step: Step, reads: Shape): Step => ({ ...step, headers, reads });

const all = asks(get("/connectors?expand=info&expand=status"), expanded);
const topicsOf = (name: string): Step =>
  asks(get(`/connectors/${name}/topics`), members({ [name]: members({ topics: list(text) }) }));
/** The page of a connector. */
const overview = (name: string): readonly Step[] => [
  asks(get(`/connectors/${name}`), connector),
  topicsOf(name),
  asks(get(`/connectors/${name}/status`), status),
];
const tasksOf = (name: string, ...ids: readonly number[]): readonly Step[] => [
  asks(get(`/connectors/${name}/tasks`), list(members({ id: task, config: mapOf(text) }))),
  ...ids.map((id) => asks(get(`/connectors/${name}/tasks/${id}/status`), taskStatus)),
];

const config = {
  "connector.class": "FileStreamSink",
  topics: "~ui-lines",
  file: "$DIR/~ui.txt",
  "tasks.max": 2,
};
const both = ["RUNNING", "RUNNING"];

/**
 * What kafbat UI sends, page by page, and what it reads of the answers.
 *
 * Source: github.com/kafbat/kafka-ui ab8c9ce, io.kafbat.ui.service.KafkaConnectService and
 * io.kafbat.ui.client.RetryingKafkaConnectClient.
 */
export const kafbatUi: Scenario = {
  name: "kafbat UI",
  short: true,
  steps: [
    // The check of its configuration; the dashboard; the list of connectors.
    asks(get("/connector-plugins"), list(members({ class: text }))),
    asks(get("/"), info),
    all,
    // A new connector: the form's check, then the name, then the connector.
    asks(
      put("/connector-plugins/FileStreamSinkConnector/config/validate", { ...config, name: "~ui" }),
      report,
    ),
    asks(
      put("/connector-plugins/FileStreamSinkConnector/config/validate", {
        ...config,
        name: "~ui",
        topics: "",
        "tasks.max": "x",
      }),
      report,
    ),
    all,
    asks(post("/connectors", { name: "~ui", config }), connector),
    asks(get("/connectors/~ui"), connector),
    settled("~ui", "RUNNING", both),
    ...overview("~ui"),
    all,
    topicsOf("~ui"),
    ...tasksOf("~ui", 0, 1),
    asks(get("/connectors/~ui/config"), mapOf(text)),
    asks(put("/connectors/~ui/config", { ...config, name: "~ui", "tasks.max": "1" }), connector),
    settled("~ui", "RUNNING", ["RUNNING"]),
    // A config that is refused is shown with its text.
    asks(put("/connectors/~ui/config", { ...config, name: "~ui", topics: "" }), failure),
    asks(post("/connectors", { name: "~ui2", config: { "connector.class": "NoSuch" } }), failure),
    // The menu: restart the connector, its tasks, its failed tasks; pause, resume, stop.
    asks(post("/connectors/~ui/restart?includeTasks=false&onlyFailed=false"), nothing),
    settled("~ui", "RUNNING", ["RUNNING"]),
    ...tasksOf("~ui", 0),
    asks(post("/connectors/~ui/tasks/0/restart"), nothing),
    settled("~ui", "RUNNING", ["RUNNING"]),
    asks(put("/connectors/~ui/pause"), nothing),
    settled("~ui", "PAUSED", ["PAUSED"]),
    ...overview("~ui"),
    asks(put("/connectors/~ui/resume"), nothing),
    settled("~ui", "RUNNING", ["RUNNING"]),
    // Offsets are reset of a stopped connector only.
    asks(remove("/connectors/~ui/offsets"), failure),
    asks(put("/connectors/~ui/stop"), nothing),
    settled("~ui", "STOPPED"),
    all,
    ...overview("~ui"),
    ...tasksOf("~ui"),
    asks(get("/connectors/~ui/tasks/0/status"), failure),
    asks(remove("/connectors/~ui/offsets"), failure),
    asks(remove("/connectors/~ui"), nothing),
    asks(remove("/connectors/~ui"), failure),
    asks(remove("/connectors/~ui/offsets"), failure),
    topicsOf("~ui"),
  ],
};
