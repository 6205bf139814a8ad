import assert from "node:assert/strict";
import { test } from "node:test";
import { divide } from "./assignor.ts";
import type { MemberClaim, MemberShare } from "./assignor.ts";
import { LostWork } from "./lost-work.ts";
import type { Work } from "./work-sharing.ts";

const MINUTE = 60_000;
const work: Work = {
  connectors: ["c"],
  tasks: [0, 1, 2, 3, 4, 5].map((task) => ({ connector: "c", task })),
};

/** A leader that divides the work among members, whose claims are what they got last. */
function leader(delayMaxMs: number) {
  const clock = { now: 0 };
  const lost = new LostWork(delayMaxMs, () => clock.now);
  let shares: ReadonlyMap<string, MemberShare> = new Map();
  let generation = 0;
  const round = (...members: readonly string[]) => {
    generation += 1;
    const claims = members.map((memberId): MemberClaim => ({
      memberId,
      generation: generation - 1,
      ...(shares.get(memberId) ?? { connectors: [], tasks: [] }),
    }));
    const { work: given, askAgainMs } = lost.available(work, claims);
    shares = divide(given, claims);
    lost.divided(shares);
    return { counts: members.map((memberId) => shares.get(memberId)?.tasks.length), askAgainMs };
  };
  return { clock, lost, round };
}

test("without a delay the work of a worker that is gone is given out at once", () => {
  const { round } = leader(0);
  assert.deepEqual(round("a", "b"), { counts: [3, 3], askAgainMs: undefined });

  assert.deepEqual(round("a"), { counts: [6], askAgainMs: undefined });
});

test("with a delay it waits, and is given to the others when the delay is over", () => {
  const { clock, round } = leader(5 * MINUTE);
  round("a", "b", "d");

  assert.deepEqual(round("a", "b"), { counts: [2, 2], askAgainMs: 5 * MINUTE });
  clock.now = 2 * MINUTE;
  assert.deepEqual(round("a", "b"), { counts: [2, 2], askAgainMs: 3 * MINUTE });
  clock.now = 5 * MINUTE;
  assert.deepEqual(round("a", "b"), { counts: [3, 3], askAgainMs: undefined });
});

test("who comes back in time, or replaces the one that is gone, gets its work at once", () => {
  const { clock, round } = leader(5 * MINUTE);
  round("a", "b", "d");
  round("a", "b");
  clock.now = MINUTE;

  assert.deepEqual(round("a", "b", "e"), { counts: [2, 2, 2], askAgainMs: undefined });
});

test("a second worker that goes does not put the end of the delay off", () => {
  const { clock, round } = leader(5 * MINUTE);
  round("a", "b", "d");
  round("a", "b");
  clock.now = 4 * MINUTE;

  assert.deepEqual(round("a"), { counts: [2], askAgainMs: MINUTE });
  clock.now = 5 * MINUTE;
  assert.deepEqual(round("a"), { counts: [6], askAgainMs: undefined });
});

test("what was deleted meanwhile does not wait, and a leader that was away starts afresh", () => {
  const { lost, round } = leader(5 * MINUTE);
  round("a", "b");
  lost.forget();

  assert.deepEqual(round("a"), { counts: [6], askAgainMs: undefined });

  const claims = [{ memberId: "a", generation: 0, connectors: [], tasks: [] }];
  const other = new LostWork(5 * MINUTE, () => 0);
  other.divided(
    new Map([
      ["a", { connectors: [], tasks: [] }],
      ["b", { connectors: ["gone"], tasks: [{ connector: "gone", task: 0 }] }],
    ]),
  );
  assert.equal(other.available(work, claims).askAgainMs, undefined);
});
