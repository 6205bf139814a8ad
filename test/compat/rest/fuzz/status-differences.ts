import type { HttpAnswer } from "#test/support/ask";
import { post, remove } from "../step.ts";
import type { Step } from "../step.ts";
import { STANDING } from "./random-requests.ts";

/** Whether docs/compatibility.md says why this worker's status is another one than Kafka Connect's. */
export function isKnownDifference(step: Step, kafka: HttpAnswer, ours: HttpAnswer): boolean {
  // A client override of the wrong type, a wrong request to validate, a pattern beside a dead letter queue, …
  if (kafka.status === 500 && ours.status < 500) return true;
  // Jetty itself refuses the path; its answer is an HTML page or nothing.
  if (kafka.status === 400 && !kafka.text.startsWith("{")) return true;
  // Of a stopped connector's tasks Kafka says for ever that a rebalance is under way.
  const isTaskRestart = /\/tasks\/[^/]+\/restart/.test(step.path);
  if (isTaskRestart && kafka.status === 409 && ours.status === 404) return true;
  // Kafka takes a null for a connector's own key.
  const body = typeof step.body === "string" ? step.body : JSON.stringify(step.body);
  const hasNull = /"(topic|file|batch\.size)":null/.test(body ?? "");
  return hasNull && kafka.status < 300 && ours.status === 400;
}

/** Brings both workers back to the same state after answers that differed. */
export function repairSteps({ method, path }: Step): readonly Step[] {
  if (method === "GET" || method === "HEAD") return [];
  const name = /^\/connectors\/([^/?]+)/.exec(path)?.[1] ?? "~fnew";
  const standing = STANDING[name];
  return [
    remove(`/connectors/${name}`),
    ...(standing ? [post("/connectors", { name, ...standing })] : []),
  ];
}
