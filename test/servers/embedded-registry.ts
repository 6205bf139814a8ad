import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { EmbeddedRegistry, answerRegistryRequest } from "#lib/schema-registry";
import type { RegistryServer } from "./registries.ts";

/** The embedded registry behind a plain HTTP server, as the worker serves it. */
export async function startEmbedded(): Promise<RegistryServer> {
  const folder = mkdtempSync(join(tmpdir(), "embedded-registry-"));
  const registry = new EmbeddedRegistry(folder);
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const url = new URL(request.url ?? "/", "http://localhost");
      const answer = answerRegistryRequest(registry, {
        method: request.method ?? "GET",
        path: url.pathname.split("/").filter(Boolean).map(decodeURIComponent),
        query: url.searchParams,
        body: body === "" ? undefined : JSON.parse(body),
      });
      response.writeHead(answer.status, {
        "content-type": "application/vnd.schemaregistry.v1+json",
      });
      response.end(typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      registry.dispose();
      rmSync(folder, { recursive: true });
    },
  };
}
