import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** A running server; it ends with this process, however that ends. */
export interface ServerProcess {
  readonly pid: number;
  /** Sends SIGKILL, or SIGTERM for an orderly end, and waits for it. */
  kill(signal?: "SIGKILL" | "SIGTERM"): Promise<void>;
  /** Ends it as the end of this process would, and waits. */
  end(): Promise<void>;
}

export interface ServerProcessOptions {
  /** What it is called in messages. */
  readonly name: string;
  /** `java` when it is not given. */
  readonly program?: string;
  /** Arguments of the program; of `java`: memory, class path, main class and its arguments. */
  readonly args: readonly string[];
  /** Its stdout and stderr are appended here. */
  readonly logFile: string;
  readonly startTimeoutMs: number;
  /** Whether it is ready; asked until it is. */
  readonly isReady: () => Promise<boolean>;
}

/** Starts it and waits until it is ready; an early end or the time-out throws with the end of its log. */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  // The shell waits for the end of its input, which is the end of this process however it comes, and
  // then ends the server: no orphan is left.
  const script = `log=$1; program=$2; shift 2
"$program" "$@" >>"$log" 2>&1 </dev/null &
pid=$!
echo "$pid"
(while kill -0 "$pid" 2>/dev/null; do sleep 0.2; done; kill $$ 2>/dev/null) &
cat >/dev/null
kill -9 "$pid" 2>/dev/null`;
  const program = options.program ?? "java";
  const watchdog = spawn("sh", ["-c", script, program, options.logFile, program, ...options.args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(watchdog, "exit");
  const [line] = (await once(watchdog.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
  const pid = Number(line.toString("utf8").trim());
  const deadline = performance.now() + options.startTimeoutMs;
  while (!(await options.isReady())) {
    if (performance.now() > deadline || watchdog.exitCode !== null) {
      watchdog.stdin?.end();
      const log = readFileSync(options.logFile, "utf8").slice(-4000);
      throw new Error(`${options.name} did not start:\n${log}`);
    }
    await delay(100);
  }
  unreference(watchdog);
  return {
    pid,
    async kill(signal = "SIGKILL") {
      watchdog.ref();
      process.kill(pid, signal);
      await ended;
    },
    async end() {
      watchdog.ref();
      watchdog.stdin?.end();
      await ended;
    },
  };
}

/** The server must not keep this process alive; its end ends the server. */
function unreference(watchdog: ChildProcess): void {
  watchdog.unref();
  (watchdog.stdout as unknown as { unref?(): void }).unref?.();
  (watchdog.stdin as unknown as { unref?(): void }).unref?.();
}
