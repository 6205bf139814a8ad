import assert from "node:assert/strict";
import { test } from "node:test";
import { divide, taskName } from "./assignor.ts";
import type { MemberClaim, MemberShare } from "./assignor.ts";
import type { ConnectorTaskId } from "./herder.ts";
import type { Work } from "./work-sharing.ts";

const nobody = (...ids: readonly string[]): MemberClaim[] =>
  ids.map((memberId) => ({ memberId, generation: 0, connectors: [], tasks: [] }));

const workOf = (connectors: number, tasksEach: number): Work => {
  const names = Array.from({ length: connectors }, (_, index) => `c${index}`);
  const tasks = names.flatMap((connector) =>
    Array.from({ length: tasksEach }, (_, task) => ({ connector, task })),
  );
  return { connectors: names, tasks };
};

/** Members after a round: they have stopped what they lost. */
const after = (shares: ReadonlyMap<string, MemberShare>, generation: number): MemberClaim[] =>
  [...shares].map(([memberId, share]) => ({ memberId, generation, ...share }));

/** Rounds until nothing changes any more, as members ask for them. */
function settle(work: Work, members: readonly MemberClaim[]): MemberClaim[] {
  let claims = [...members];
  for (let round = 1; round < 5; round += 1) {
    const next = after(divide(work, claims), round);
    if (JSON.stringify(next.map(itemsOf)) === JSON.stringify(claims.map(itemsOf))) return next;
    claims = next;
  }
  return assert.fail("the division does not come to rest");
}

const itemsOf = ({ connectors, tasks }: MemberShare): readonly string[] => [
  ...connectors,
  ...tasks.map(taskName),
];

const sizes = (claims: readonly MemberClaim[]): number[] =>
  claims.map(({ tasks }) => tasks.length).toSorted();

test("60 tasks go evenly to three members, and those of a connector are spread", () => {
  const claims = settle(workOf(3, 20), nobody("a", "b", "c"));

  assert.deepEqual(sizes(claims), [20, 20, 20]);
  for (const { tasks, connectors } of claims) {
    assert.equal(connectors.length, 1);
    const own = tasks.filter(({ connector }) => connector === "c0").length;
    assert.ok(own >= 6 && own <= 7, `${own} tasks of one connector on one member`);
  }
});

test("what is too much of one is taken away first, and given only in the round after", () => {
  const work = workOf(1, 4);
  const [a] = settle(work, nobody("a")) as [MemberClaim];

  const first = divide(work, [a, ...nobody("b")]);
  assert.equal(first.get("a")?.tasks.length, 2);
  assert.deepEqual(first.get("b")?.tasks, []);
  const second = divide(work, after(first, 2));

  assert.deepEqual(sizes(after(second, 2)), [2, 2]);
});

test("when a member goes, only its part moves, and when it returns, only that comes back", () => {
  const work = workOf(6, 10);
  const three = settle(work, nobody("a", "b", "c"));

  const two = settle(work, three.slice(0, 2));
  assert.deepEqual(sizes(two), [30, 30]);
  for (const [index, { tasks }] of two.entries()) {
    const names = new Set(tasks.map(taskName));
    assert.ok(three[index]?.tasks.every((task) => names.has(taskName(task))));
  }
  const again = settle(work, [...two, ...nobody("c")]);

  assert.deepEqual(sizes(again), [20, 20, 20]);
  for (const [index, { tasks }] of again.slice(0, 2).entries()) {
    const before = new Set(two[index]?.tasks.map(taskName));
    assert.ok(tasks.every((task) => before.has(taskName(task))));
  }
});

test("of two that claim a task, the one that got it later keeps it, and the other stops it", () => {
  const work = workOf(1, 1);
  const task: ConnectorTaskId = { connector: "c0", task: 0 };
  const zombie = { memberId: "zombie", generation: 3, connectors: [], tasks: [task] };
  const heir = { memberId: "heir", generation: 4, connectors: ["c0"], tasks: [task] };

  for (const claims of [
    [zombie, heir],
    [heir, zombie],
  ]) {
    const shares = divide(work, claims);
    assert.deepEqual(shares.get("heir")?.tasks, [task]);
    assert.deepEqual(shares.get("zombie")?.tasks, []);
  }
});

test("what does not exist any more is nobody's", () => {
  const [a] = settle(workOf(2, 3), nobody("a")) as [MemberClaim];

  const shares = divide(workOf(1, 2), [a]);

  assert.deepEqual(itemsOf(shares.get("a") as MemberShare), ["c0", "c0-0", "c0-1"]);
});

test("names that end in numbers are not mixed up with tasks", () => {
  const work = {
    connectors: ["c", "c-1"],
    tasks: [
      { connector: "c", task: 1 },
      { connector: "c-1", task: 0 },
      { connector: "c-1", task: 1 },
    ],
  };

  const shares = settle(work, nobody("a"));

  assert.deepEqual(shares[0]?.tasks, work.tasks);
});

test("in random groups: nothing is given while another has it, nothing is lost, and shares differ by one at most", () => {
  let seed = 20_261_125;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return seed % below;
  };
  for (let trial = 0; trial < 300; trial += 1) {
    let claims = nobody("m0");
    let work = workOf(1 + random(5), random(8));
    for (let step = 1; step < 8; step += 1) {
      if (random(3) === 0) work = workOf(1 + random(5), random(8));
      if (random(2) === 0) claims = [...claims, ...nobody(`m${trial}-${step}`)];
      else if (claims.length > 1) claims = claims.filter((_, place) => place !== step % 2);
      const shares = divide(work, claims);
      const holders = new Map(
        claims.flatMap((claim) => itemsOf(claim).map((item) => [item, claim.memberId])),
      );
      for (const [memberId, share] of shares) {
        for (const item of itemsOf(share))
          assert.ok([memberId, undefined].includes(holders.get(item)));
      }
      claims = settle(work, after(shares, step));
      const given = claims.flatMap(itemsOf).toSorted();
      assert.deepEqual(given, itemsOf(work).toSorted());
      for (const key of ["connectors", "tasks"] as const) {
        const counts = claims.map((claim) => claim[key].length);
        assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, `${counts.join(" ")}`);
      }
    }
  }
});
