import { ConnectError } from "#connect-api";
import type { WorkerContext } from "./worker-context.ts";

/** How long a task waits for the producers of the task set before to be fenced. */
const WAIT_MS = 60_000;

/**
 * Before the first task of a new set of an exactly-once source starts, the producers of the set before are
 * fenced, wherever they may still live; `tasks-fencing-X` then says that it was done, and for how many the
 * next time. The worker that has the connector does it; tasks wait for that record.
 *
 * Source: org.apache.kafka.connect.runtime.distributed.DistributedHerder.fenceZombieSourceTasks.
 */
export async function fenceOldTasks(name: string, context: WorkerContext): Promise<void> {
  const { configs, workerConfig, log } = context;
  if (!configs.isFencingPending(name)) return;
  const before = configs.fencedCount(name);
  const now = configs.taskConfigs(name).length;
  // One producer that follows one is fenced by its successor itself.
  if (before !== undefined && !(before === 1 && now === 1)) {
    await Promise.all(
      Array.from({ length: before }, async (_, task) => {
        const transactionalId = `${workerConfig["group.id"]}-${name}-${task}`;
        const fencing = await log.producer({ clientId: `fence-${name}-${task}`, transactionalId });
        await fencing.close();
      }),
    );
  }
  await configs.putFencedCount(name, now);
}

/** Resolves when the old producers are fenced. */
export async function whenFenced(name: string, context: WorkerContext): Promise<void> {
  const deadline = performance.now() + WAIT_MS;
  while (context.configs.isFencingPending(name)) {
    const left = deadline - performance.now();
    if (left <= 0) {
      throw new ConnectError(
        "FENCING_MISSING",
        "The producers of the tasks before were not fenced in time; the connector may have failed. Restart it, then this task",
      );
    }
    await context.configs.nextChange(Math.min(left, 1000));
  }
}
