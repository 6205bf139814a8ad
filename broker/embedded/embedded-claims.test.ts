import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { recordLogClaims } from "../contract/contract-claims.ts";
import { openEmbeddedLog } from "./embedded-log.ts";

test("the embedded log keeps the finer claims of the contract", { concurrency: 8 }, (parent) =>
  recordLogClaims(parent, async (t) => {
    const directory = mkdtempSync(join(tmpdir(), "embedded-log-"));
    const log = await openEmbeddedLog({ directory });
    t.after(async () => {
      await log.close();
      rmSync(directory, { recursive: true, force: true });
    });
    return log;
  }),
);
