import { connect, createServer } from "node:net";
import type { Socket } from "node:net";
import type { TestContext } from "node:test";

/** A network between two processes that a test can break. */
export interface TcpProxy {
  readonly port: number;
  /** Nothing passes any more, either way, and nobody is told: bytes wait until `heal`. */
  partition(): void;
  heal(): void;
  /** From now on bytes arrive so much later, in milliseconds, give or take a half. */
  delay(ms: number): void;
  /** Open connections are reset. */
  cut(): void;
}

export async function startTcpProxy(t: TestContext, targetPort: () => number): Promise<TcpProxy> {
  const pairs = new Set<{ readonly near: Socket; readonly far: Socket }>();
  let isPartitioned = false;
  let delayMs = 0;
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
    const far = connect({
      host: "127.0.0.1",
      port: targetPort(),
      noDelay: true,
      allowHalfOpen: true,
    });
    const pair = { near, far };
    pairs.add(pair);
    pipe(near, far);
    pipe(far, near);
    const over = (): void => {
      pairs.delete(pair);
      // The end of one side cannot be heard across a partition.
      if (isPartitioned) return;
      near.destroy();
      far.destroy();
    };
    near.on("close", over);
    far.on("close", over);
    if (isPartitioned) for (const each of [near, far]) each.pause();
  });
  function pipe(from: Socket, to: Socket): void {
    let last = Promise.resolve();
    /** Chunks that wait; nothing may overtake them when the delay ends. */
    let waiting = 0;
    from.on("error", () => {});
    from.on("data", (chunk) => {
      if (delayMs === 0 && waiting === 0) {
        to.write(chunk);
        return;
      }
      waiting += 1;
      const due = performance.now() + delayMs * (0.5 + Math.random());
      last = last.then(async () => {
        const left = due - performance.now();
        if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
        to.write(chunk);
        waiting -= 1;
      });
    });
    from.on("end", () => void last.then(() => to.end()));
  }
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    for (const { near, far } of pairs) for (const each of [near, far]) each.destroy();
    server.close();
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    partition() {
      isPartitioned = true;
      for (const { near, far } of pairs) for (const each of [near, far]) each.pause();
    },
    heal() {
      isPartitioned = false;
      for (const { near, far } of pairs) for (const each of [near, far]) each.resume();
    },
    delay(ms) {
      delayMs = ms;
    },
    cut() {
      for (const { near, far } of pairs) for (const each of [near, far]) each.resetAndDestroy();
    },
  };
}
