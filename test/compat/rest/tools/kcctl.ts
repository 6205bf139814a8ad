import { get, patch, post, put, remove, settled } from "../step.ts";
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

// The records of org.kcctl.service, with what its commands do with them: a member that a command prints may be
// null, one that it compares, sorts by or calls may not.
const info = members(
  { version: { type: "string", pattern: String.raw`^\d+\.\d+\.` } },
  {
    commit: textOrNull,
    kafka_cluster_id: textOrNull,
  },
);
const plugin = members(
  {
    class: text,
    type: oneOf("source", "sink", "transformation", "converter", "header_converter", "predicate"),
  },
  { version: textOrNull },
);
const definition = members(
  { name: text, type: text, required: truth, documentation: text },
  {
    default_value: textOrNull,
    importance: text,
    group: textOrNull,
    width: text,
    dependents: list(text),
  },
);
const report = members({
  error_count: whole,
  configs: list(
    members({
      // Without a definition it may have no errors: their heading is the definition's name.
      definition: orNull(members({ name: text })),
      value: members({ name: text, errors: list(text) }, { value: textOrNull, visible: truth }),
    }),
  ),
});
const taskId = members({ connector: text, task: whole });
const connector = members({ name: text, config: mapOf(text), tasks: list(taskId), type: text });
const taskState = members({ id: whole, state: text, worker_id: text }, { trace: text });
const status = members({
  name: text,
  type: text,
  connector: members({ state: text, worker_id: text }),
  tasks: list(taskState),
});
const offsets = members({
  offsets: list(members({ partition: mapOf({}), offset: orNull(mapOf({})) })),
});
const said = members({ message: text });
const level = members({ level: text, last_modified: { type: ["integer", "null"] } });
const failure = members({ error_code: whole, message: text });

/** Its client sends `Accept` with everything. */
const headers = { accept: "application/json" };
const asks = (step: Step, reads: Shape): Step => ({ ...step, headers, reads });

const file = {
  name: "~kc",
  config: { "connector.class": "FileStreamSource", topic: "~kclines", file: "$DIR/~lines.txt" },
};
const root = asks(get("/"), info);
const describe = (name: string): readonly Step[] => [
  root,
  asks(get(`/connectors/${name}`), connector),
  asks(get(`/connectors/${name}/status`), status),
  asks(get(`/connectors/${name}/config`), mapOf(text)),
  asks(get(`/connectors/${name}/tasks`), list(members({ id: taskId, config: mapOf(text) }))),
  asks(
    get(`/connectors/${name}/topics`, { until: /~kclines/ }),
    mapOf(members({ topics: list(text) })),
  ),
];

/**
 * What kcctl sends, command by command, and what it reads of the answers.
 *
 * Source: github.com/kcctl/kcctl 4381ff6, org.kcctl.service.KafkaConnectApi and org.kcctl.command.
 */
export const kcctl: Scenario = {
  name: "kcctl",
  short: true,
  steps: [
    // info; get plugins; describe plugin
    root,
    asks(get("/connector-plugins?connectorsOnly=false"), list(plugin)),
    asks(get("/connector-plugins/FileStreamSourceConnector/config"), list(definition)),
    asks(get("/connector-plugins/NoSuch/config"), failure),
    // apply --dry-run, of a good and of a bad file, and of one with a class that there is not
    asks(
      put("/connector-plugins/FileStreamSource/config/validate", {
        ...file.config,
        name: "dummy-name",
      }),
      report,
    ),
    asks(
      put("/connector-plugins/FileStreamSource/config/validate", {
        "connector.class": "FileStreamSource",
        "tasks.max": "0",
        name: "dummy-name",
      }),
      report,
    ),
    asks(
      put("/connector-plugins/NoSuch/config/validate", {
        "connector.class": "NoSuch",
        name: "dummy-name",
      }),
      failure,
    ),
    // apply: creates
    asks(get("/connectors/"), list(text)),
    asks(post("/connectors/", file), connector),
    settled("~kc", "RUNNING", ["RUNNING"]),
    asks(post("/connectors/", file), failure),
    asks(
      post("/connectors/", { ...file, name: "~no", config: { "connector.class": "NoSuch" } }),
      failure,
    ),
    // apply: changes
    asks(get("/connectors/"), list(text)),
    asks(put("/connectors/~kc/config", { ...file.config, "batch.size": 100 }), connector),
    settled("~kc", "RUNNING", ["RUNNING"]),
    asks(put("/connectors/~kc/config", { "connector.class": "FileStreamSource" }), failure),
    // get connectors; describe connector --tasks-config
    root,
    asks(get("/connectors?expand=status"), mapOf(members({ status }))),
    ...describe("~kc"),
    asks(get("/connectors/~no"), failure),
    // patch connector: what it read, changed, goes back
    asks(get("/connectors/~kc/config"), mapOf(text)),
    asks(
      put("/connectors/~kc/config", { ...file.config, name: "~kc", "tasks.max": "2" }),
      connector,
    ),
    settled("~kc", "RUNNING", ["RUNNING"]),
    ...describe("~kc"),
    // get loggers; get logger; patch logger
    asks(get("/admin/loggers/root"), level),
    asks(put("/admin/loggers/~kcctl.a", { level: "FATAL" }), list(text)),
    asks(put("/admin/loggers/~kcctl.a?scope=worker", { level: "DEBUG" }), list(text)),
    root,
    asks(put("/admin/loggers/~kcctl.a?scope=cluster", { level: "ERROR" }), nothing),
    // pause, resume, restart with and without tasks, restart task
    asks(put("/connectors/~kc/pause"), nothing),
    settled("~kc", "PAUSED", ["PAUSED"]),
    asks(put("/connectors/~kc/resume"), nothing),
    settled("~kc", "RUNNING", ["RUNNING"]),
    root,
    asks(post("/connectors/~kc/restart"), nothing),
    settled("~kc", "RUNNING", ["RUNNING"]),
    asks(post("/connectors/~kc/restart?includeTasks=true&onlyFailed=true"), status),
    asks(post("/connectors/~kc/restart?includeTasks=true&onlyFailed=false"), status),
    settled("~kc", "RUNNING", ["RUNNING"]),
    asks(post("/connectors/~kc/tasks/0/restart"), nothing),
    settled("~kc", "RUNNING", ["RUNNING"]),
    // stop; get, patch and delete offsets
    root,
    asks(put("/connectors/~kc/stop"), nothing),
    settled("~kc", "STOPPED"),
    asks(get("/connectors/~kc/offsets", { until: /"position":21\b/ }), offsets),
    asks(
      patch("/connectors/~kc/offsets", {
        offsets: [{ partition: { filename: "$DIR/~lines.txt" }, offset: { position: 7 } }],
      }),
      said,
    ),
    asks(remove("/connectors/~kc/offsets"), said),
    // names for the completion of commands
    asks(get("/connectors/"), list(text)),
    asks(get("/connectors/~kc/status"), status),
    // delete connector, twice
    asks(remove("/connectors/~kc"), nothing),
    asks(remove("/connectors/~kc"), failure),
  ],
};
