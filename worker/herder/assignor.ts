import type { ConnectorTaskId } from "./herder.ts";
import type { Work } from "./work-sharing.ts";

/** What a member has, or is still stopping; `generation` is that of the round in which it got it. */
export interface MemberClaim {
  readonly memberId: string;
  readonly generation: number;
  readonly connectors: readonly string[];
  readonly tasks: readonly ConnectorTaskId[];
}

export interface MemberShare {
  readonly connectors: readonly string[];
  readonly tasks: readonly ConnectorTaskId[];
}

/** An item that is shared out, by its name. */
interface Item {
  readonly name: string;
  readonly claimant: string | undefined;
}

/**
 * Divides connectors, and separately tasks, among members so that none has two more than another, and moves
 * only what has to move.
 *
 * Invariant: nothing is given to a member while another one says that it has it. What is too much of one is
 * taken away in this round and given in the next, which the member asks for when it has stopped it.
 * Source of the rules: org.apache.kafka.connect.runtime.distributed.IncrementalCooperativeAssignor.
 */
export function divide(work: Work, claims: readonly MemberClaim[]): Map<string, MemberShare> {
  const connectors = divideItems(
    work.connectors,
    claims.map((claim) => ({ ...claim, names: claim.connectors })),
  );
  const tasks = new Map(work.tasks.map((task) => [taskName(task), task]));
  const dividedTasks = divideItems(
    [...tasks.keys()],
    claims.map((claim) => ({ ...claim, names: claim.tasks.map(taskName) })),
  );
  return new Map(
    claims.map(({ memberId }) => [
      memberId,
      {
        connectors: connectors.get(memberId) ?? [],
        tasks: (dividedTasks.get(memberId) ?? []).map((name) => tasks.get(name) as ConnectorTaskId),
      },
    ]),
  );
}

export const taskName = ({ connector, task }: ConnectorTaskId): string => `${connector}-${task}`;

function divideItems(
  names: readonly string[],
  claims: readonly {
    readonly memberId: string;
    readonly generation: number;
    readonly names: readonly string[];
  }[],
): Map<string, string[]> {
  const claimants = claimantsOf(claims);
  const items = names.map((name): Item => ({ name, claimant: claimants.get(name) }));
  const kept = new Map<string, string[]>(claims.map(({ memberId }) => [memberId, []]));
  for (const { name, claimant } of items) if (claimant) kept.get(claimant)?.push(name);
  const sizes = targetSizes(names.length, kept);
  for (const [memberId, own] of kept) giveUp(own, sizes.get(memberId) ?? 0);
  const free = items.filter(({ claimant }) => claimant === undefined).map(({ name }) => name);
  for (const name of free) {
    const [, least] = [...kept]
      .toSorted(([a, ownA], [b, ownB]) => room(b, ownB) - room(a, ownA) || (a < b ? -1 : 1))
      .at(0) as [string, string[]];
    least.push(name);
  }
  return kept;

  function room(memberId: string, own: readonly string[]): number {
    return (sizes.get(memberId) ?? 0) - own.length;
  }
}

/** Of two that claim the same, the one that got it later has it: the other was out of the group meanwhile. */
function claimantsOf(
  claims: readonly {
    readonly memberId: string;
    readonly generation: number;
    readonly names: readonly string[];
  }[],
): Map<string, string> {
  const claimants = new Map<string, string>();
  for (const { memberId, names } of claims.toSorted((a, b) => a.generation - b.generation)) {
    for (const name of names) claimants.set(name, memberId);
  }
  return claimants;
}

/** Equal shares; who has most by now gets what does not divide, so that less moves. */
function targetSizes(
  count: number,
  kept: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, number> {
  const share = Math.floor(count / kept.size);
  const more = count % kept.size;
  return new Map(
    [...kept]
      .toSorted(([a, ownA], [b, ownB]) => ownB.length - ownA.length || (a < b ? -1 : 1))
      .map(([memberId], place) => [memberId, place < more ? share + 1 : share]),
  );
}

/** Leaves so many: of the connector with most tasks here first, so that a connector's tasks stay spread. */
function giveUp(own: string[], size: number): void {
  while (own.length > size) {
    const counts = new Map<string, number>();
    for (const name of own) counts.set(connectorOf(name), (counts.get(connectorOf(name)) ?? 0) + 1);
    const most = Math.max(...counts.values());
    const place = own.findLastIndex((name) => counts.get(connectorOf(name)) === most);
    own.splice(place, 1);
  }
}

function connectorOf(name: string): string {
  return name.replace(/-\d+$/, "");
}
