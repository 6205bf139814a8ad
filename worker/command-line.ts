import { ConfigError } from "#connect-api";
import type { Props } from "#connect-api";
import { RecordLogError } from "#broker";
import { unknownSettings } from "./config/unknown-settings.ts";
import { readPropsFile } from "./config/worker-config.ts";
import { HerderError } from "./herder/herder.ts";
import { INITIAL_STATES, initialStateOf } from "./herder/initial-state.ts";
import { describeError, getLogger } from "./logging/index.ts";
import { startWorker } from "./worker.ts";
import type { Worker } from "./worker.ts";

const log = getLogger("worker");

/**
 * The worker's command line: `worker.properties [connector.json|.properties …]`. Resolves when the worker is
 * ready and has the connectors of the files; signals end it then.
 *
 * Exit codes: 0 stopped by a signal, 1 the worker could not start, 3 a connector file is wrong.
 */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  // What escapes a task must not end the others; it is a fault of ours, so it is said loudly.
  process.on("unhandledRejection", (error) => {
    log.failure(error, { code: "UNHANDLED_REJECTION" }, "An error escaped; please report it");
  });
  const [workerFile, ...connectorFiles] = args;
  if (workerFile === undefined || workerFile === "--help") {
    process.stderr.write("usage: npm start -- worker.properties [connector.json …]\n");
    process.exit(workerFile === undefined ? 1 : 0);
  }
  const worker = await start(workerFile);
  // Nobody may be able to read it, on a full disk or a closed pipe; that is no reason not to work.
  process.stdout.on("error", () => {});
  process.stdout.write(`Worker ready at ${worker.url}\n`);
  for (const file of connectorFiles) await postFile(worker, file);
  stopOnSignals(worker);
}

function stopOnSignals(worker: Worker): void {
  let isStopping = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (isStopping) process.exit(130);
      isStopping = true;
      void worker.stop().then(
        () => process.exit(0),
        (error: unknown) => fail(describeError(error), 1),
      );
    });
  }
}

async function start(file: string): Promise<Worker> {
  try {
    const props = readPropsFile(file);
    const unknown = unknownSettings(props);
    if (unknown.length > 0) {
      const fields = { code: "SETTING_UNKNOWN", settings: unknown.join(", ") };
      log.warn(fields, "The worker's file has settings that nobody reads; are they misspelled?");
    }
    return await startWorker(props);
  } catch (error) {
    if (error instanceof ConfigError)
      fail(`The worker's settings in ${file}:\n${error.message}`, 1);
    if (error instanceof RecordLogError) fail(error.message, 1);
    const { code, port, address } = error as { code?: string; port?: number; address?: string };
    if (code === "EADDRINUSE" || code === "EACCES" || code === "EADDRNOTAVAIL") {
      fail(
        `REST cannot listen on ${address}:${port} (${code}); choose another address in "listeners", or stop what uses it`,
        1,
      );
    }
    return fail(describeError(error), 1);
  }
}

/**
 * Creates or updates the connector of a file: `{"name","config","initial_state"?}`, a flat map, or properties. The
 * initial state is that of a connector that is not there yet.
 */
async function postFile({ herder }: Worker, file: string): Promise<void> {
  try {
    const { name, config, initialState } = connectorOf(readPropsFile(file));
    if (initialState === undefined || herder.connectors().includes(name)) {
      await herder.putConnectorConfig(name, config);
    } else await herder.createConnector(name, config, initialState);
  } catch (error) {
    if (!(error instanceof ConfigError) && !(error instanceof HerderError)) throw error;
    fail(`The connector in ${file}: ${error.message}`, 3);
  }
}

function connectorOf(content: Props) {
  const nested = content as unknown as { name?: string; config?: Props; initial_state?: string };
  const isNested = typeof nested.config === "object";
  const config = isNested ? (nested.config as Props) : content;
  const name = nested.name ?? config["name"];
  if (!name) throw new ConfigError("CONFIG_MISSING", 'The file names no connector ("name")');
  const text = isNested ? nested.initial_state : undefined;
  const initialState = text === undefined ? undefined : initialStateOf(String(text));
  if (text !== undefined && initialState === undefined) {
    throw new ConfigError("CONFIG_INVALID", `initial_state is one of ${INITIAL_STATES.join(", ")}`);
  }
  return { name, config, initialState };
}

function fail(message: string, code: number): never {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}
