import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

interface ConnectorFile {
  readonly name: string;
  readonly config: Readonly<Record<string, string>>;
}

interface Status {
  readonly connector: { readonly state: string; readonly trace?: string };
  readonly tasks: readonly { readonly state: string; readonly trace?: string }[];
}

/**
 * Posts the three files of `connect-configs/`, with port and output file of this run, and waits
 * until their tasks run. PUT rather than POST, because a Kafka remembers an earlier demo.
 *
 * Returns the MLLP port.
 */
export async function postPipeline(
  url: string,
  options: { readonly port: number; readonly file: string },
): Promise<number> {
  const port = options.port || (await freePort());
  const files = [
    connectorFile("mllp-to-topics", { "mllp.port": String(port) }),
    connectorFile("hl7v2-to-fhir"),
    connectorFile("fhir-to-file", { file: options.file }),
  ];
  for (const { name, config } of files) {
    const response = await fetch(`${url}/connectors/${name}/config`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(config),
    });
    if (!response.ok) throw new Error(`${name} was refused: ${await response.text()}`);
  }
  for (const { name } of files) await running(url, name);
  return port;
}

function connectorFile(
  name: string,
  changes: Readonly<Record<string, string>> = {},
): ConnectorFile {
  const file = JSON.parse(readFileSync(`connect-configs/${name}.json`, "utf8")) as ConnectorFile;
  return { name, config: { ...file.config, ...changes } };
}

async function running(url: string, name: string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const response = await fetch(`${url}/connectors/${name}/status`);
    if (response.ok) {
      const { connector, tasks } = (await response.json()) as Status;
      const failed = [connector, ...tasks].find(({ state }) => state === "FAILED");
      if (failed) throw new Error(`${name} failed: ${failed.trace}`);
      if (tasks.length > 0 && tasks.every(({ state }) => state === "RUNNING")) return;
    }
    await delay(100);
  }
  throw new Error(`${name} did not start within 30 s`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}
