import assert from "node:assert/strict";
import { test } from "node:test";
import { requestQueue } from "./internals.ts";

test("a connection looks for requests that wait only while one waits", () => {
  const queue = { pending: [] as object[], throttledUntil: -1, throttleCheckTimeoutId: undefined };

  requestQueue.scheduleCheckPendingRequests.call(queue as never);
  assert.equal(queue.throttleCheckTimeoutId, undefined);

  queue.pending.push({});
  requestQueue.scheduleCheckPendingRequests.call(queue as never);
  assert.ok(queue.throttleCheckTimeoutId);
  clearTimeout(queue.throttleCheckTimeoutId);
});
