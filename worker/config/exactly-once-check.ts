import { SourceConnector } from "#connect-api";
import type { Connector, Props } from "#connect-api";
import type { RawConfig } from "../herder/herder.ts";
import { errorMessage } from "../logging/index.ts";

const OFF = "This worker does not have exactly-once source support enabled.";

/**
 * What of a source's exactly-once settings cannot be had, as key and text: the worker must have it switched
 * on, and the connector is asked.
 *
 * Source: org.apache.kafka.connect.runtime.distributed.DistributedHerder.validateExactlyOnceConfig.
 */
export function exactlyOnceErrors(
  connector: Connector,
  config: RawConfig,
  isEnabled: boolean,
): readonly (readonly [key: string, message: string])[] {
  if (!(connector instanceof SourceConnector)) return [];
  const props: Props = Object.fromEntries(
    Object.entries(config).filter((entry): entry is [string, string] => entry[1] !== null),
  );
  const errors: (readonly [string, string])[] = [];
  if (isValue(config["exactly.once.support"], "required")) {
    if (!isEnabled) errors.push(["exactly.once.support", OFF]);
    const message = answerOf(() => supportError(connector, props));
    if (message !== undefined) errors.push(["exactly.once.support", message]);
  }
  if (isValue(config["transaction.boundary"], "connector")) {
    const message = answerOf(() => boundaryError(connector, props));
    if (message !== undefined) errors.push(["transaction.boundary", message]);
  }
  return errors;
}

function isValue(value: string | null | undefined, wanted: string): boolean {
  return value?.trim().toLowerCase() === wanted;
}

/** A connector that cannot read its config says so here too, as in Kafka. */
function answerOf(ask: () => string | undefined): string | undefined {
  try {
    return ask();
  } catch (error) {
    return `An unexpected error occurred during validation: ${errorMessage(error)}`;
  }
}

function supportError(connector: SourceConnector, props: Props): string | undefined {
  switch (connector.exactlyOnceSupport(props)) {
    case "SUPPORTED":
      return undefined;
    case "UNSUPPORTED":
      return "The connector does not support exactly-once semantics with the provided configuration.";
    default:
      return "The connector does not report whether it supports exactly-once delivery. If its documentation says that it does, set this to requested, which creates the connector without asking it.";
  }
}

function boundaryError(connector: SourceConnector, props: Props): string | undefined {
  if (connector.canDefineTransactionBoundaries(props)) return undefined;
  return "The connector does not support connector-defined transaction boundaries with the given configuration. Please reconfigure it to use a different transaction boundary definition.";
}
