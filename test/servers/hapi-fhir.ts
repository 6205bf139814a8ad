import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { freePort } from "./free-port.ts";
import { HAPI_FHIR_VERSION } from "./hapi-validator.ts";
import { ServerMissingError, mavenJars } from "./maven-jars.ts";
import { startServerProcess } from "./server-process.ts";

/** A real HAPI FHIR JPA server (R4) on an in-memory H2 database, as a process on 127.0.0.1. */
export interface HapiServer {
  readonly url: string;
  stop(): Promise<void>;
}

const file = (name: string): string => fileURLToPath(new URL(`hapi-fhir/${name}`, import.meta.url));

/** Half a minute on two free cores, minutes on busy ones. */
const START_TIMEOUT_MS = 600_000;

/**
 * Starts it and waits until it answers; `CLINICAL_HAPI` names one that runs already. HAPI's starter is not in the registry, so the server is put together from
 * HAPI's own jars with the wiring of HAPI's own tests (`hapi-fhir/FhirServer.java`). Some 390 MB at the first call. Throws ServerMissingError.
 */
export async function startHapi(): Promise<HapiServer> {
  const running = process.env["CLINICAL_HAPI"];
  if (running) return { url: running, async stop() {} };
  const jars = mavenJars(
    `hapi-fhir-server-${HAPI_FHIR_VERSION}`,
    ["base", "test-utilities"].map(
      (part) => `ca.uhn.hapi.fhir:hapi-fhir-jpaserver-${part}:${HAPI_FHIR_VERSION}`,
    ),
  );
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "hapi-"));
  const url = `http://127.0.0.1:${port}/fhir`;
  const server = await startServerProcess({
    name: "HAPI FHIR",
    args: [
      "-Xmx1500m",
      "-XX:+UseSerialGC",
      // It starts several times faster so, and nothing here runs long enough to miss the other compiler.
      "-XX:TieredStopAtLevel=1",
      // Otherwise HAPI's tests draw the size of the connection pool by lot.
      "-Dunlimited_db_connection=true",
      `-Dlogback.configurationFile=${file("logback.xml")}`,
      "-cp",
      `${jars}/*`,
      file("FhirServer.java"),
      String(port),
    ],
    logFile: join(folder, "server.log"),
    startTimeoutMs: START_TIMEOUT_MS,
    isReady: async () => {
      const answer = await fetch(`${url}/metadata`, {
        signal: AbortSignal.timeout(60_000),
      }).catch(() => undefined);
      await answer?.body?.cancel();
      return answer?.status === 200;
    },
  });
  return {
    url,
    async stop() {
      await server.end();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

let shared: Promise<HapiServer> | undefined;

/** One for all tests of a file; where it cannot be had, the test is skipped loudly, and in CI it fails. */
export async function sharedHapi(t: TestContext): Promise<HapiServer> {
  try {
    shared ??= startHapi();
    return await shared;
  } catch (error) {
    if (error instanceof ServerMissingError && !process.env["CI"]) {
      t.skip(`NOT RUN on HAPI FHIR: ${error.message}`);
    }
    throw error;
  }
}

/** For `after` of the file. */
export async function stopSharedHapi(): Promise<void> {
  const server = await shared?.catch(() => undefined);
  await server?.stop();
}
