import { isExactNumber } from "#lib/exact-json";
import { HerderError } from "../../herder/herder.ts";
import type { ConnectorOffset } from "../../herder/herder.ts";
import { cannotBind, isJsonObject, objectBody } from "../request-body.ts";
import { nameOf, requestTimeout } from "../request.ts";
import type { Resource } from "../resource.ts";

/** Offsets of a connector. Source: ConnectorsResource (KIP-875). */
export const offsetsResource: Resource = (app, { herder, requestTimeoutMs }) => {
  const within = requestTimeout(herder, requestTimeoutMs);
  app.get("/connectors/:connector/offsets", (request) =>
    within(herder.connectorOffsets(nameOf(request))),
  );

  app.patch("/connectors/:connector/offsets", async (request) => {
    const offsets = offsetsOf(request.body);
    return {
      message: await within(herder.alterOffsets(nameOf(request), offsets)),
    };
  });

  app.delete("/connectors/:connector/offsets", async (request) => ({
    message: await within(herder.resetOffsets(nameOf(request))),
  }));
};

function offsetsOf(body: unknown): readonly ConnectorOffset[] {
  const { offsets } = objectBody(body, ["offsets"]);
  if (offsets === undefined || offsets === null || (Array.isArray(offsets) && !offsets.length)) {
    const message = "Partitions / offsets need to be provided for an alter offsets request";
    throw new HerderError(400, message);
  }
  if (!Array.isArray(offsets)) throw cannotBind('"offsets"', "an array");
  return offsets.map((entry: unknown) => {
    const { partition = null, offset = null } = objectBody(entry, ["partition", "offset"]);
    return { partition: mapOrNull(partition), offset: mapOrNull(offset) };
  });
}

function mapOrNull(value: unknown): Readonly<Record<string, unknown>> | null {
  if (value === null) return null;
  if (!isJsonObject(value)) throw cannotBind("a partition or offset", "a JSON object");
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      isExactNumber(each) ? Number(each.rawJSON) : each,
    ]),
  );
}
