import type { RequestOptions, ServerOptions } from "node:https";
import {
  TlsSettingsError,
  isNameChecked,
  tlsAlgorithms,
  tlsKey,
  tlsTrust,
} from "#lib/tls-settings";
import { ConfigError } from "#connect-api";
import type { Props } from "#connect-api";
import { withPrefix } from "../config/worker-config.ts";

/**
 * TLS of an https listener from Kafka's `ssl.*` settings: those under `prefix` (`listeners.https.`) if there
 * are any, else the plain ones.
 *
 * Throws ConfigError for settings that cannot be followed, and for a listener without a certificate.
 * Source: org.apache.kafka.connect.runtime.rest.util.SSLUtils.
 */
export function tlsOptions(props: Props, prefix: string): ServerOptions {
  return followed(() => {
    const ssl = settingsOf(props, prefix);
    const key = tlsKey(ssl);
    if (!key) {
      throw invalid("An https:// listener needs ssl.keystore.location, or key and certificate");
    }
    return { ...key, ...tlsTrust(ssl), ...clientAuth(ssl), ...tlsAlgorithms(ssl) };
  });
}

/** How a worker speaks to another one that listens on https. */
export type ClientTls = Pick<
  RequestOptions,
  "ca" | "key" | "cert" | "pfx" | "passphrase" | "checkServerIdentity"
>;

/**
 * The client's side of the same settings: the worker shows its own certificate and trusts the same authorities.
 * Other workers' names are checked unless `ssl.endpoint.identification.algorithm` is set to nothing.
 *
 * Throws ConfigError as `tlsOptions`. Source: SSLUtils.createClientSideSslContextFactory.
 */
export function clientTlsOptions(props: Props, prefix: string): ClientTls {
  return followed(() => {
    const ssl = settingsOf(props, prefix);
    return {
      ...tlsKey(ssl),
      ...tlsTrust(ssl),
      ...(isNameChecked(ssl) ? {} : { checkServerIdentity: () => undefined }),
    };
  });
}

function settingsOf(props: Props, prefix: string): Props {
  const own = withPrefix(props, `${prefix}ssl.`);
  return Object.keys(own).length > 0 ? own : withPrefix(props, "ssl.");
}

function clientAuth(ssl: Props): ServerOptions {
  const wanted = ssl["client.auth"] ?? "none";
  if (!["none", "requested", "required"].includes(wanted)) {
    throw invalid("ssl.client.auth is one of none, requested, required");
  }
  return { requestCert: wanted !== "none", rejectUnauthorized: wanted === "required" };
}

function followed<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof TlsSettingsError) throw invalid(error.message, error);
    throw error;
  }
}

function invalid(message: string, cause?: unknown): ConfigError {
  return new ConfigError("CONFIG_INVALID", message, { cause });
}
