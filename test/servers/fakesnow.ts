import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "./free-port.ts";
import { startServerProcess } from "./server-process.ts";
import { pythonWith } from "./python-packages.ts";
import { takesConnections } from "./takes-connections.ts";

/** Pinned, with the Python driver that it still works with. */
const PACKAGES = ["fakesnow[server]==0.11.14", "snowflake-connector-python==3.18.0"] as const;

export interface Fakesnow {
  /** For `snowflake.url.name`. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * fakesnow, an independent double of Snowflake, as a process; its answers are given the form that the Node driver
 * reads (`fakesnow-json-rows.py`). Takes any login; rows of an array binding go one by one, so it is slow.
 */
export async function startFakesnow(): Promise<Fakesnow> {
  const python = pythonWith("python-fakesnow-0.11.14", PACKAGES);
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "fakesnow-"));
  const script = join(dirname(fileURLToPath(import.meta.url)), "fakesnow-json-rows.py");
  const server = await startServerProcess({
    name: "fakesnow",
    program: python,
    args: [script, String(port)],
    logFile: join(folder, "server.log"),
    startTimeoutMs: 60_000,
    isReady: () => takesConnections(port),
  });
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      await server.end();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
