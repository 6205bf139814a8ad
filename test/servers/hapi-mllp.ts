import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { tmpdir } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { TestContext } from "node:test";
import { freePort } from "./free-port.ts";
import { ServerMissingError, mavenJars } from "./maven-jars.ts";

/** Pinned: HAPI HL7v2, the MLLP stack of most Java interfaces. */
export const HAPI_HL7V2_VERSION = "2.6.0";

const source = fileURLToPath(new URL("hapi-mllp/HapiMllp.java", import.meta.url));

/** Starts the Java program; where it cannot be had, the test is skipped loudly, and in CI it fails. */
function startHapi(t: TestContext, args: readonly string[]): ChildProcess {
  let jars: string;
  try {
    jars = mavenJars(`hapi-hl7v2-${HAPI_HL7V2_VERSION}`, [
      `ca.uhn.hapi:hapi-base:${HAPI_HL7V2_VERSION}`,
      `ca.uhn.hapi:hapi-structures-v251:${HAPI_HL7V2_VERSION}`,
    ]);
  } catch (error) {
    if (error instanceof ServerMissingError && !process.env["CI"]) {
      t.skip(`NOT RUN with HAPI: ${error.message}`);
    }
    throw error;
  }
  const java = spawn(
    "java",
    ["-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp", `${jars}/*`, source, ...args],
    // It keeps a file where it runs.
    { cwd: tmpdir(), stdio: ["ignore", "pipe", "ignore"] },
  );
  t.after(() => java.kill("SIGKILL"));
  return java;
}

/** A receiver of another make. */
export interface HapiReceiver {
  readonly port: number;
  /** Control id and PID-3.1 of each message, in the order in which they came. */
  readonly received: readonly (readonly [controlId: string, patient: string])[];
}

/** See HapiMllp.java for what it answers. */
export async function startHapiReceiver(t: TestContext): Promise<HapiReceiver> {
  const port = await freePort();
  const java = startHapi(t, ["receive", String(port)]);
  const received: (readonly [string, string])[] = [];
  await new Promise<void>((resolve, reject) => {
    java.once("exit", (code) => reject(new Error(`HAPI ended with ${code}`)));
    const lines = createInterface({ input: java.stdout as NodeJS.ReadableStream });
    lines.on("line", (line) => {
      if (line === "ready") return resolve();
      const [controlId = "", patient = ""] = line.split("\t");
      received.push([controlId, patient]);
    });
  });
  return { port, received };
}

/** Sends so many messages from HAPI's client, every tenth with a note of so many bytes; MSA-1 and MSA-2 of each answer. */
export async function sendWithHapi(
  t: TestContext,
  port: number,
  { count, bytes }: { readonly count: number; readonly bytes: number },
): Promise<string[]> {
  const java = startHapi(t, ["send", String(port), String(count), String(bytes)]);
  const answers: string[] = [];
  for await (const line of createInterface({ input: java.stdout as NodeJS.ReadableStream })) {
    answers.push(line);
  }
  return answers;
}
