import assert from "node:assert/strict";
import { test } from "node:test";
import type { Cluster } from "./internals.ts";
import { joinAsSuccessor } from "./join-as-successor.ts";

const me = { groupId: "g", clientId: "task-0" };

/** A coordinator whose group has one member of that client id, until it is put out. */
function groupOf(clientId: string) {
  const members = [{ memberId: "before", clientId }];
  const coordinator = {
    describeGroups: async () => ({ groups: [{ members: [...members] }] }),
    leaveGroup: async ({ memberId }: { memberId: string }) => {
      members.splice(
        members.findIndex((member) => member.memberId === memberId),
        1,
      );
    },
  };
  const cluster = { findGroupCoordinator: async () => coordinator } as unknown as Cluster;
  return { members, cluster };
}

test("who is refused by the group is told so, and puts nobody out", async () => {
  const { members, cluster } = groupOf("task-0");
  const refused = Object.assign(new Error("no"), { type: "INCONSISTENT_GROUP_PROTOCOL" });

  const joining = joinAsSuccessor(
    cluster,
    me,
    () => Promise.reject(refused),
    new AbortController().signal,
  );

  await assert.rejects(joining, refused);
  assert.deepEqual(members, [{ memberId: "before", clientId: "task-0" }]);
});

test("who is in the group has put the member before it out", async () => {
  const { members, cluster } = groupOf("task-0");
  const joined = Promise.withResolvers<string>();

  const join = (): Promise<string> => {
    members.push({ memberId: "after", clientId: "task-0" });
    return joined.promise;
  };
  const joining = joinAsSuccessor(cluster, me, join, new AbortController().signal);
  while (members[0]?.memberId === "before") await new Promise((resolve) => setImmediate(resolve));
  joined.resolve("a share");

  assert.equal(await joining, "a share");
  assert.deepEqual(members, [{ memberId: "after", clientId: "task-0" }]);
});
