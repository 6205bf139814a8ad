import { HerderError } from "../../herder/herder.ts";
import type { Herder, InitialState, RawConfig } from "../../herder/herder.ts";
import { INITIAL_STATES, initialStateOf } from "../../herder/initial-state.ts";
import { configBody, objectBody, textOf } from "../request-body.ts";
import { isTrue, nameOf, requestTimeout } from "../request.ts";
import type { Resource } from "../resource.ts";

/** Connectors, their configs and their states. Source: ConnectorsResource. */
export const connectorsResource: Resource = (app, { herder, requestTimeoutMs }) => {
  const within = requestTimeout(herder, requestTimeoutMs);
  app.get("/connectors", (request) => {
    const { expand } = request.query as { expand?: string | string[] };
    if (expand === undefined) return herder.connectors();
    return expanded(herder, [expand].flat());
  });

  app.post("/connectors", async (request, reply) => {
    const body = objectBody(request.body, ["name", "config", "initial_state"]);
    const config = configBody(body["config"], '"config"');
    const name = textOf(body["name"] ?? "", '"name"').trim();
    const initial = initialState(body["initial_state"]);
    checkName(name, config);
    const info = await within(herder.createConnector(name, config, initial));
    return reply
      .status(201)
      .header("location", `/connectors/${encodeURIComponent(name)}`)
      .send(info);
  });

  app.get("/connectors/:connector", (request) => herder.connectorInfo(nameOf(request)));

  app.delete("/connectors/:connector", async (request, reply) => {
    await within(herder.deleteConnector(nameOf(request)));
    return reply.status(204).send();
  });

  app.get("/connectors/:connector/config", (request) => herder.connectorConfig(nameOf(request)));

  app.put("/connectors/:connector/config", async (request, reply) => {
    const config = configBody(request.body);
    const name = nameOf(request);
    checkName(name, config);
    const { created, info } = await within(herder.putConnectorConfig(name, config));
    if (!created) return info;
    return reply
      .status(201)
      .header("location", `/connectors/${encodeURIComponent(name)}`)
      .send(info);
  });

  app.patch("/connectors/:connector/config", async (request) => {
    const name = nameOf(request);
    // Kafka looks for the connector before it looks at a body that is not there.
    if ((request.body ?? null) === null) herder.connectorConfig(name);
    const patch = configBody(request.body);
    checkName(name, patch);
    return within(herder.patchConnectorConfig(name, patch));
  });

  app.get("/connectors/:connector/status", (request) => herder.connectorStatus(nameOf(request)));

  app.post("/connectors/:connector/restart", async (request, reply) => {
    const query = request.query as { includeTasks?: string; onlyFailed?: string };
    const status = await within(
      herder.restartConnector(nameOf(request), {
        includeTasks: isTrue(query.includeTasks),
        onlyFailed: isTrue(query.onlyFailed),
      }),
    );
    return status ? reply.status(202).send(status) : reply.status(204).send();
  });

  app.put("/connectors/:connector/pause", async (request, reply) => {
    await within(herder.pauseConnector(nameOf(request)));
    return reply.status(202).send();
  });
  app.put("/connectors/:connector/resume", async (request, reply) => {
    await within(herder.resumeConnector(nameOf(request)));
    return reply.status(202).send();
  });
  app.put("/connectors/:connector/stop", async (request, reply) => {
    await within(herder.stopConnector(nameOf(request)));
    return reply.status(204).send();
  });
};

/** A connector that vanishes meanwhile, or has no status yet, is left out. */
function expanded(herder: Herder, what: readonly string[]): Record<string, object> {
  const found: Record<string, object> = {};
  for (const name of herder.connectors()) {
    try {
      found[name] = {
        ...(what.includes("status") ? { status: herder.connectorStatus(name) } : {}),
        ...(what.includes("info") ? { info: herder.connectorInfo(name) } : {}),
      };
    } catch (error) {
      if (!(error instanceof HerderError)) throw error;
    }
  }
  return found;
}

function checkName(name: string, config: RawConfig): void {
  const configured = config["name"];
  if (configured === undefined || configured === null || configured === name) return;
  throw new HerderError(
    400,
    `Connector name configuration (${configured}) doesn't match connector name in the URL (${name})`,
  );
}

function initialState(value: unknown): InitialState | undefined {
  if (value === undefined || value === null) return undefined;
  const state = initialStateOf(textOf(value, '"initial_state"'));
  if (state) return state;
  const message = `Cannot construct instance of "initial_state": it has to be one of ${INITIAL_STATES.join(", ")}`;
  throw new HerderError(500, message);
}
