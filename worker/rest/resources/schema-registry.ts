import type { FastifyRequest } from "fastify";
import {
  answerRegistryRequest,
  embeddedFolder,
  openEmbeddedRegistry,
  provideConnectors,
} from "#lib/schema-registry";
import { HerderError } from "../../herder/herder.ts";
import { parseJson } from "../request-body.ts";
import type { Resource } from "../resource.ts";

const PREFIX = "/schema-registry";
const MEDIA_TYPE = "application/vnd.schemaregistry.v1+json";
const BODY_TYPES = [MEDIA_TYPE, "application/vnd.schemaregistry+json", "application/octet-stream"];

/**
 * The embedded schema registry under the API of Confluent's, below `/schema-registry`, when the worker's
 * `schema.registry.url` is `embedded:DIR`.
 */
export const schemaRegistryResource: Resource = (app, { herder, schemaRegistryUrl }) => {
  const folder = embeddedFolder(schemaRegistryUrl ?? "");
  if (folder === undefined) return;
  const registry = openEmbeddedRegistry(folder);
  // A refused schema names the connectors that read its topic.
  provideConnectors(() =>
    herder.connectors().map((name) => ({ name, config: herder.connectorInfo(name).config })),
  );
  void app.register((scope, _options, done) => {
    for (const type of BODY_TYPES) {
      scope.addContentTypeParser(type, { parseAs: "string" }, (_request, body, parsed) => {
        try {
          parsed(null, parseJson(String(body)));
        } catch (error) {
          parsed(error as Error);
        }
      });
    }
    const answer = (request: FastifyRequest) => {
      const [path = "", query = ""] = request.url.slice(PREFIX.length).split("?");
      return answerRegistryRequest(registry, {
        method: request.method,
        path: path.split("/").filter(Boolean).map(decodedSegment),
        query: new URLSearchParams(query),
        body: request.body,
      });
    };
    for (const url of [PREFIX, `${PREFIX}/*`]) {
      scope.route({
        method: ["GET", "POST", "PUT", "DELETE"],
        url,
        handler: (request, reply) => {
          const { status, body } = answer(request);
          // The text of a schema is JSON already. Bytes, because text would be given a charset.
          const text = typeof body === "string" ? body : JSON.stringify(body);
          return reply.status(status).type(MEDIA_TYPE).send(Buffer.from(text));
        },
      });
    }
    done();
  });
};

function decodedSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new HerderError(404, "HTTP 404 Not Found");
  }
}
