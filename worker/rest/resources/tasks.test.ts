import { statusOf } from "../fixtures/fake-herder.ts";
import { testRows } from "../fixtures/rest-rows.ts";

testRows("tasks are listed, and each is asked for and restarted by its number", [
  {
    path: "/connectors/adt/tasks",
    status: 200,
    answer: [{ id: { connector: "adt", task: 0 }, config: { "task.class": "FakeTask" } }],
  },
  { path: "/connectors/x/tasks", status: 404, answer: "Connector x not found" },
  { path: "/connectors/adt/tasks/0/status", status: 200, answer: statusOf("adt").tasks[0] },
  { path: "/connectors/adt/tasks/0/status/", status: 200, answer: statusOf("adt").tasks[0] },
  {
    path: "/connectors/adt/tasks/7/status",
    status: 404,
    answer: "No status found for task adt-7",
  },
  {
    method: "POST",
    path: "/connectors/adt/tasks/0/restart",
    status: 204,
    answer: "",
    call: ["restartTask", "adt", 0],
  },
  // A task id that is no number is a path that does not exist.
  ...["one", "1.5", "99999999999999999999", "%20"].map((task) => ({
    path: `/connectors/adt/tasks/${task}/status`,
    status: 404,
    answer: "HTTP 404 Not Found",
  })),
  {
    method: "POST",
    path: "/connectors/adt/tasks/one/restart",
    status: 404,
    answer: "HTTP 404 Not Found",
    call: null,
  },
  // Gone since Kafka 4.0.
  { path: "/connectors/adt/tasks-config", status: 404, answer: "HTTP 404 Not Found" },
]);
