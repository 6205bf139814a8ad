// The worker as a program: node worker/main.ts worker.properties [connector.json|.properties …]
//
// What Node compiles is kept in the user's cache folder, which halves the time of a start: after a crash, senders
// wait for it. Not in the shared temporary folder, where other users could put something there.
import { enableCompileCache, flushCompileCache } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";

const caches = process.env["XDG_CACHE_HOME"] || homeCaches();
if (caches !== undefined) enableCompileCache(join(caches, "clinical-connect", "compiled"));
const { runCommandLine } = await import("./command-line.ts");
await runCommandLine(process.argv.slice(2));
flushCompileCache();

/** A user without a home, as in some containers, has no cache either. */
function homeCaches(): string | undefined {
  try {
    return join(homedir(), ".cache");
  } catch {
    return undefined;
  }
}
