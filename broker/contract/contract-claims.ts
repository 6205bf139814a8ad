import type { TestContext } from "node:test";
import { adminTests } from "./admin-claims.ts";
import { consumerTests } from "./consumer-claims.ts";
import { ContractRun } from "./contract-run.ts";
import type { OpenLog } from "./contract-run.ts";
import { groupTests } from "./group-claims.ts";
import { readerTests } from "./reader-claims.ts";
import { recordTests } from "./record-claims.ts";
import { transactionTests } from "./transaction-claims.ts";

const tests = [
  ...recordTests,
  ...readerTests,
  ...consumerTests,
  ...groupTests,
  ...transactionTests,
  ...adminTests,
];

/**
 * The finer claims of `record-log.ts`, beside the main ones of `contract.ts`: subtests that run side by
 * side as far as the parent's `concurrency` allows. Each opens the log for itself and uses topics and
 * groups of its own, so one server serves them all.
 */
export async function recordLogClaims(parent: TestContext, open: OpenLog): Promise<void> {
  await Promise.all(
    tests.map(({ name, run }) =>
      parent.test(name, async (t) => {
        await run(await ContractRun.open(t, open));
      }),
    ),
  );
}
