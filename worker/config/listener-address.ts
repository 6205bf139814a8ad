import { ConfigError } from "#connect-api";
import type { Validator } from "#connect-api";

const DEFAULT_PORT = 8083;

export interface ListenerAddress {
  readonly protocol: "http:" | "https:";
  /** "" for all addresses of the machine. */
  readonly hostname: string;
  readonly port: number;
}

/** `http://:8083` is all addresses, as in Kafka; `URL` knows no address without a host. */
export function addressOf(listener: string, key = "listeners"): ListenerAddress {
  const match = /^(https?):\/\/(\[[^\]]*\]|[^/:]*)(?::(\d{1,5}))?\/?$/i.exec(listener.trim());
  const port = match?.[3] === undefined ? DEFAULT_PORT : Number(match[3]);
  if (!match || port > 65_535) {
    throw new ConfigError(
      "CONFIG_INVALID",
      `Invalid value ${listener} for configuration ${key}: it has to be http://host:port or https://host:port`,
      { key },
    );
  }
  const protocol = match[1]?.toLowerCase() === "https" ? "https:" : "http:";
  return { protocol, hostname: match[2] ?? "", port };
}

/** A list of such addresses. */
export const listenerAddresses: Validator = {
  ensureValid(key, value) {
    for (const listener of Array.isArray(value) ? value : []) addressOf(String(listener), key);
  },
  describe: () => "http://host:port or https://host:port",
};
