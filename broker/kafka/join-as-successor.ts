import { setTimeout as delay } from "node:timers/promises";
import type { Cluster } from "./internals.ts";

const LOOK_PAUSE_MS = 20;
/** Whoever has not joined within that time waits for the session of the member before it, as any member does. */
const JOIN_MS = 5000;

/**
 * Joins a group in the place of whoever was a member under this client id before: an earlier run of the same
 * worker or task, which is dead or must not go on. It is put out; without that, the group would wait for it
 * until its session ends. What it may still commit is refused from then on.
 *
 * It is put out after the successor has asked to join, because a group that is empty for a moment waits for
 * more members (`group.initial.rebalance.delay.ms`). `cluster` has connections of its own: that of the join
 * answers nothing else meanwhile. Whoever is refused puts nobody out. A failure to put it out costs the wait for its session, and nothing else.
 */
export async function joinAsSuccessor<T>(
  cluster: Cluster,
  { groupId, clientId }: { readonly groupId: string; readonly clientId: string },
  join: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const before = await membersOf(cluster, groupId, clientId).catch(() => []);
  if (before.length === 0) return join();
  const joined = new AbortController();
  let isRefused = false;
  const joining = join();
  // Also keeps a refusal that comes meanwhile from being nobody's.
  joining
    .catch(() => {
      isRefused = true;
    })
    .finally(() => joined.abort());
  const ends = AbortSignal.any([joined.signal, signal]);
  await putOut(cluster, groupId, clientId, new Set(before), ends, () => isRefused).catch(
    () => undefined,
  );
  return joining;
}

async function putOut(
  cluster: Cluster,
  groupId: string,
  clientId: string,
  before: ReadonlySet<string>,
  signal: AbortSignal,
  isRefused: () => boolean,
): Promise<void> {
  const deadline = performance.now() + JOIN_MS;
  while (!signal.aborted && performance.now() < deadline) {
    const members = await membersOf(cluster, groupId, clientId);
    if (members.some((memberId) => !before.has(memberId))) break;
    await delay(LOOK_PAUSE_MS);
  }
  // A group that does not take us goes on with the members that it has.
  if (isRefused()) return;
  const coordinator = await cluster.findGroupCoordinator({ groupId });
  for (const memberId of before) {
    // One whose session has ended meanwhile is out already.
    await coordinator.leaveGroup({ groupId, memberId }).catch(() => undefined);
  }
}

async function membersOf(
  cluster: Cluster,
  groupId: string,
  wanted: string,
): Promise<readonly string[]> {
  const coordinator = await cluster.findGroupCoordinator({ groupId });
  const { groups } = await coordinator.describeGroups({ groupIds: [groupId] });
  return groups
    .flatMap(({ members }) => members)
    .filter(({ clientId }) => clientId === wanted)
    .map(({ memberId }) => memberId);
}
