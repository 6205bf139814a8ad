import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fetchedFolder } from "./fetched-folder.ts";
import { pythonWith } from "./python-packages.ts";
import { freePort } from "./free-port.ts";
import { startServerProcess } from "./server-process.ts";
import { ServerMissingError } from "./maven-jars.ts";

/** Pinned. The newest Apicurio that runs on Java 17. */
const APICURIO_VERSION = "3.0.9";
const FRANZ_SR_VERSION = "v1.8.0";
const MOTO_VERSION = "5.2.5";
/** The version of Debian's python3-avro. */
const PYTHON_AVRO_VERSION = "1.11.1";

export interface RegistryServer {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Apicurio Registry, in memory: its own API below /apis/registry/v3, Confluent's below /apis/ccompat/v7. */
export async function startApicurio(): Promise<RegistryServer> {
  const folder = fetchedFolder(`apicurio-registry-${APICURIO_VERSION}`, (into, run) => {
    const artifact = `io.apicurio:apicurio-registry-app:${APICURIO_VERSION}:tar.gz:all`;
    run(
      "mvn",
      "-B",
      "-q",
      "dependency:copy",
      `-Dartifact=${artifact}`,
      `-DoutputDirectory=${into}`,
    );
    const archive = `apicurio-registry-app-${APICURIO_VERSION}-all.tar.gz`;
    run("tar", "xzf", archive);
    run("rm", archive);
  });
  const port = await freePort();
  const jar = join(folder, `apicurio-registry-app-${APICURIO_VERSION}-runner.jar`);
  return start("Apicurio", port, "/apis/registry/v3/system/info", "java", [
    "-Xmx384m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    `-Dquarkus.http.port=${port}`,
    "-Dquarkus.http.host=127.0.0.1",
    "-cp",
    `${jar}:${join(folder, "lib")}/*`,
    "io.quarkus.runner.GeneratedMain",
  ]);
}

/** franz-go's registry for tests, in Go: Confluent's API with subjects, references and GUIDs; it compares no schemas. */
export async function startFranzRegistry(): Promise<RegistryServer> {
  const folder = fetchedFolder(`franz-go-sr-${FRANZ_SR_VERSION}`, (into, run) => {
    writeFileSync(
      join(into, "go.mod"),
      `module registry\n\ngo 1.24\n\nrequire github.com/twmb/franz-go/pkg/sr ${FRANZ_SR_VERSION}\n`,
    );
    writeFileSync(join(into, "main.go"), FRANZ_MAIN);
    run("go", "mod", "tidy");
    run("go", "build", "-o", "registry", ".");
  });
  const port = await freePort();
  return start("franz-go's registry", port, "/subjects", join(folder, "registry"), [String(port)]);
}

/** Hands requests of a port of our choice on to the registry, which chooses its own. */
const FRANZ_MAIN = `package main

import (
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"

	"github.com/twmb/franz-go/pkg/sr/srfake"
)

func main() {
	target, _ := url.Parse(srfake.New().URL())
	panic(http.ListenAndServe("127.0.0.1:"+os.Args[1], httputil.NewSingleHostReverseProxy(target)))
}
`;

/** A Python with moto (AWS Glue) and Apache Avro. */
export function registryPython(): string {
  return pythonWith(`python-registries-moto-${MOTO_VERSION}-avro-${PYTHON_AVRO_VERSION}`, [
    `moto[server]==${MOTO_VERSION}`,
    `avro==${PYTHON_AVRO_VERSION}`,
  ]);
}

/** moto's AWS Glue. It compares no schemas and is always at once available. */
export async function startMotoGlue(): Promise<RegistryServer> {
  const python = registryPython();
  const port = await freePort();
  return start("moto", port, "/moto-api/data.json", python, [
    "-c",
    "from moto.server import main; main()",
    "-H",
    "127.0.0.1",
    "-p",
    String(port),
  ]);
}

async function start(
  name: string,
  port: number,
  path: string,
  program: string,
  args: readonly string[],
): Promise<RegistryServer> {
  const folder = mkdtempSync(join(tmpdir(), "registry-"));
  const url = `http://127.0.0.1:${port}`;
  const running = await startServerProcess({
    name,
    program,
    args,
    logFile: join(folder, "server.log"),
    startTimeoutMs: 120_000,
    isReady: () =>
      fetch(url + path).then(
        (response) => response.ok,
        () => false,
      ),
  });
  return {
    url,
    async stop() {
      await running.end();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** A server for one test; skipped loudly where it cannot be had, and a failure in CI. */
export async function registryForTests(
  t: TestContext,
  startServer: () => Promise<RegistryServer>,
): Promise<RegistryServer | undefined> {
  try {
    const server = await startServer();
    t.after(() => server.stop());
    return server;
  } catch (error) {
    if (!(error instanceof ServerMissingError) || process.env["CI"]) throw error;
    process.stderr.write(`✖ A test on a real registry is LEFT OUT: ${error.message}\n`);
    t.skip(error.message);
    return undefined;
  }
}
