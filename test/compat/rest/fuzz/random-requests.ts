import type { Random } from "../../../fuzz/random.ts";
import type { Step } from "../step.ts";
import { randomConfig } from "./random-configs.ts";

/** Connectors that are there when the requests begin: a source, a sink, and a source that is stopped. */
export const STANDING: Readonly<Record<string, { config: object; initial_state?: string }>> = {
  "~fa": {
    config: { "connector.class": "FileStreamSource", topic: "~fuzz", file: "$DIR/~lines.txt" },
  },
  "~fb": {
    config: { "connector.class": "FileStreamSink", topics: "~fuzz", file: "$DIR/~fuzz-out.txt" },
  },
  "~fc": {
    config: { "connector.class": "FileStreamSource", topic: "~fuzz2", file: "$DIR/~lines.txt" },
    initial_state: "STOPPED",
  },
};

const NAMES = [
  ...Object.keys(STANDING),
  ...Object.keys(STANDING),
  "~none",
  "~%C3%A9",
  "%20",
  "~a%20b",
  "~%F0%9F%9A%91",
  "__proto__",
  "toString",
  "~a+b",
  "~fa.",
  `~${"x".repeat(300)}`,
];
const TASKS = ["0", "0", "1", "-1", "99", "x", "1.5", "2147483648", "%30", "00"];
const PLUGINS = [
  ...[
    "FileStreamSource",
    "FileStreamSinkConnector",
    "org.apache.kafka.connect.file.FileStreamSourceConnector",
  ],
  ...[
    "JsonConverter",
    "RegexRouter",
    "NoSuch",
    "java.lang.String",
    "filestreamsource",
    "__proto__",
    "Source",
  ],
];
const LOGGERS = ["~lg.a", "~lg.b", "~lg", "~no.such", "~__proto__", "~%20"];
const METHODS = ["GET", "GET", "PUT", "PUT", "POST", "POST", "PATCH", "DELETE", "HEAD", "OPTIONS"];
const QUERIES = [
  ...[
    "expand=status",
    "expand=info&expand=status",
    "expand=",
    "expand=x",
    "includeTasks=true",
    "onlyFailed=true",
  ],
  ...[
    "includeTasks=TRUE&onlyFailed=x",
    "connectorsOnly=false",
    "connectorsOnly=x",
    "version=latest",
    "version=9",
  ],
  ...[
    "scope=worker",
    "scope=x",
    "a=b&a=c",
    "=",
    "&&",
    "x=%41",
    "expand=status&expand=status",
    "__proto__=1",
  ],
];
const TYPES = [
  "application/json; charset=utf-8",
  "APPLICATION/JSON",
  "text/plain",
  "application/xml",
  "nonsense",
  null,
];
const ACCEPTS = [
  "application/json",
  "*/*",
  "text/html",
  "text/html, */*;q=0.1",
  "application/json;q=0",
  "nonsense",
];

/** A request with a path of the API, sometimes with another method, query, body or header than it is made for. */
export function randomRequest(random: Random): Step {
  // What was deleted, stopped or changed comes back now and then, so that requests still find something.
  if (random.below(12) === 0) return repair(random);
  const [wanted, path, body] = randomRoute(random);
  const method = random.below(12) === 0 ? random.pick(METHODS) : wanted;
  const query = random.below(6) === 0 ? `?${random.pick(QUERIES)}` : "";
  const hasBody = method !== "GET" && method !== "HEAD";
  const sent = hasBody ? mutated(random, body) : undefined;
  return {
    method,
    path: `${path}${random.below(40) === 0 ? "/" : ""}${path.includes("?") ? "" : query}`,
    ...(sent === undefined ? {} : { body: sent }),
    ...(random.below(20) === 0 ? { contentType: random.pick(TYPES) } : {}),
    ...(random.below(20) === 0 ? { headers: { accept: random.pick(ACCEPTS) } } : {}),
  };
}

function repair(random: Random): Step {
  const name = random.pick(Object.keys(STANDING));
  if (random.below(2) === 0) return { method: "PUT", path: `/connectors/${name}/resume` };
  return { method: "PUT", path: `/connectors/${name}/config`, body: STANDING[name]?.config };
}

function randomRoute(random: Random): readonly [method: string, path: string, body?: unknown] {
  const name = random.pick(NAMES);
  const task = random.pick(TASKS);
  const plugin = random.pick(PLUGINS);
  const logger = random.pick(LOGGERS);
  const config = (): object => randomConfig(random);
  const routes: readonly (() => readonly [method: string, path: string, body?: unknown])[] = [
    () => [
      "GET",
      random.pick([
        "/",
        "/health",
        "/connectors",
        "/connector-plugins",
        "/admin/loggers/root",
        "/nothing",
      ]),
    ],
    () => ["GET", `/connectors?${random.pick(QUERIES)}`],
    () => [
      "POST",
      "/connectors",
      { name: random.pick(["~fa", "~fb", "~fnew", "", " ", null, 3]), config: config() },
    ],
    () => [
      "POST",
      "/connectors",
      {
        name: "~fnew",
        config: config(),
        initial_state: random.pick(["STOPPED", "paused", "RUNNING", "x", 3, null]),
      },
    ],
    () => [
      "GET",
      `/connectors/${name}${random.pick(["", "/config", "/status", "/tasks", "/topics", "/offsets"])}`,
    ],
    () => ["GET", `/connectors/${name}/tasks/${task}/status`],
    () => ["PUT", `/connectors/${name}/config`, config()],
    () => ["PATCH", `/connectors/${name}/config`, config()],
    () => [
      "POST",
      `/connectors/${name}/restart?includeTasks=${random.pick(["true", "false", "x"])}&onlyFailed=${random.pick(["true", "false"])}`,
    ],
    () => ["POST", `/connectors/${name}/restart`],
    () => ["POST", `/connectors/${name}/tasks/${task}/restart`],
    () => [
      "PUT",
      `/connectors/${name}/${random.pick(["pause", "resume", "stop", "topics/reset"])}`,
    ],
    () => ["PATCH", `/connectors/${name}/offsets`, randomOffsets(random)],
    () => ["DELETE", `/connectors/${name}/offsets`],
    () => ["DELETE", `/connectors/${random.pick(["~fnew", "~fnew", "~none", name])}`],
    () => ["GET", `/connector-plugins/${plugin}/config`],
    () => ["PUT", `/connector-plugins/${plugin}/config/validate`, config()],
    () => ["GET", `/admin/loggers/${logger}`],
    () => [
      "PUT",
      `/admin/loggers/${logger}`,
      { level: random.pick(["DEBUG", "info", "LOUD", "", null, 3, "OFF"]) },
    ],
  ];
  return random.pick(routes)();
}

function randomOffsets(random: Random): unknown {
  const partition = (): unknown =>
    random.pick<unknown>([
      { filename: "$DIR/~lines.txt" },
      { kafka_topic: "~fuzz", kafka_partition: 0 },
      { kafka_topic: "~fuzz", kafka_partition: "0" },
      { kafka_topic: "~fuzz" },
      { filename: 3 },
      { filename: null },
      {},
      null,
      3,
      [],
    ]);
  const offset = (): unknown =>
    random.pick<unknown>([
      { position: 7 },
      { position: "7" },
      { position: -1 },
      { position: { a: 1 } },
      { kafka_offset: 0 },
      { kafka_offset: "1" },
      { kafka_offset: "x" },
      {},
      null,
      "x",
    ]);
  return {
    offsets: Array.from({ length: random.below(3) }, () => ({
      partition: partition(),
      offset: offset(),
    })),
  };
}

/** One body in four is not what it was to be: a member less, more or of another type, or no JSON at all. */
function mutated(random: Random, body: unknown): unknown {
  if (body === undefined)
    return random.below(8) === 0 ? random.pick(["", "{}", "[]", "null"]) : undefined;
  if (random.below(4) > 0) return body;
  const text = JSON.stringify(body);
  switch (random.below(6)) {
    case 0:
      return text.slice(0, random.below(text.length));
    case 1:
      return text.replaceAll(/["{}[\]:,]/g, (mark) =>
        random.below(20) === 0 ? random.pick(['"', "{", "]", ",", ""]) : mark,
      );
    case 2:
      return random.pick([
        "",
        "null",
        "[]",
        "{}",
        '"x"',
        "3",
        "true",
        "{'a':1}",
        "{} {}",
        "\u0000",
        "[{}]",
        '{"a":1,"a":2}',
      ]);
    case 3:
      return {
        ...(body as object),
        [random.pick(["more", "", "name", "config"])]: random.pick<unknown>([1, null, {}, [], "x"]),
      };
    case 4: {
      const members = Object.entries(body as object);
      members.splice(random.below(members.length), 1);
      return Object.fromEntries(members);
    }
    default: {
      const members = Object.entries(body as object);
      const at = random.below(Math.max(members.length, 1));
      return Object.fromEntries(
        members.map(([key, value], index) => [
          key,
          index === at ? random.pick<unknown>([null, 1.5, true, {}, [], "", "x", [value]]) : value,
        ]),
      );
    }
  }
}
