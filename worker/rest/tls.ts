import { readFileSync } from "node:fs";
import type { RequestOptions, ServerOptions } from "node:https";
import { createSecureContext } from "node:tls";
import type { SecureContextOptions, SecureVersion } from "node:tls";
import { ConfigError } from "#connect-api";
import type { Props } from "#connect-api";
import { withPrefix } from "../config/worker-config.ts";

/**
 * TLS of an https listener from Kafka's `ssl.*` settings: those under `prefix` (`listeners.https.`) if there
 * are any, else the plain ones.
 *
 * Key stores are PEM (a file, or `ssl.keystore.key` and `ssl.keystore.certificate.chain` themselves) or PKCS12;
 * trust stores are PEM. Throws ConfigError for anything else, and for a listener without a certificate.
 * Source: org.apache.kafka.connect.runtime.rest.util.SSLUtils.
 */
export function tlsOptions(props: Props, prefix: string): ServerOptions {
  const ssl = settingsOf(props, prefix);
  const key = keyOptions(ssl);
  checked("keystore", key);
  const trust = trustOptions(ssl);
  checked("truststore", trust);
  return { ...key, ...trust, ...clientAuth(ssl), ...algorithms(ssl) };
}

type KeyOptions = Pick<SecureContextOptions, "key" | "cert" | "pfx" | "passphrase">;

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
  const ssl = settingsOf(props, prefix);
  return {
    ...keyOptions(ssl),
    ...trustOptions(ssl),
    ...(ssl["endpoint.identification.algorithm"]?.trim() === ""
      ? { checkServerIdentity: () => undefined }
      : {}),
  };
}

function settingsOf(props: Props, prefix: string): Props {
  const own = withPrefix(props, `${prefix}ssl.`);
  return Object.keys(own).length > 0 ? own : withPrefix(props, "ssl.");
}

/** A file that holds no key, or a wrong password, is found at the start. */
function checked(store: "keystore" | "truststore", options: SecureContextOptions): void {
  try {
    createSecureContext(options);
  } catch (cause) {
    // The library's texts name what it could not read, never a value.
    const reason = cause instanceof Error ? cause.message : "unreadable";
    throw invalid(
      `ssl.${store}.* cannot be used (${reason}); is it of the type that ssl.${store}.type says, and is its password right?`,
      cause,
    );
  }
}

function keyOptions(ssl: Props): KeyOptions {
  const passphrase = ssl["key.password"] ?? ssl["keystore.password"];
  const secret = passphrase === undefined ? {} : { passphrase };
  const [key, chain] = [ssl["keystore.key"], ssl["keystore.certificate.chain"]];
  if (key !== undefined && chain !== undefined) return { key, cert: chain, ...secret };
  const location = ssl["keystore.location"];
  if (location === undefined) {
    throw invalid("An https:// listener needs ssl.keystore.location, or key and certificate");
  }
  switch (typeOf(ssl, "keystore")) {
    case "PEM": {
      const pem = textOf(location);
      return { key: pem, cert: pem, ...secret };
    }
    case "PKCS12": {
      // A PKCS12 store has one password for all that is in it.
      const password = ssl["keystore.password"] ?? ssl["key.password"];
      return {
        pfx: bytesOf(location),
        ...(password === undefined ? {} : { passphrase: password }),
      };
    }
    default:
      throw invalid("ssl.keystore.type is PEM or PKCS12; convert a JKS store with keytool");
  }
}

function trustOptions(ssl: Props): Pick<SecureContextOptions, "ca"> {
  const certificates = ssl["truststore.certificates"];
  if (certificates !== undefined) return { ca: certificates };
  const location = ssl["truststore.location"];
  if (location === undefined) return {};
  if (typeOf(ssl, "truststore") !== "PEM") {
    throw invalid(
      "ssl.truststore.type is PEM; export the certificates with keytool -exportcert -rfc",
    );
  }
  return { ca: textOf(location) };
}

/** Java's default is JKS; a store whose name says what it is needs no type here. */
function typeOf(ssl: Props, store: "keystore" | "truststore"): string {
  const type = ssl[`${store}.type`]?.toUpperCase();
  if (type !== undefined) return type;
  const location = ssl[`${store}.location`] ?? "";
  if (/\.(p12|pfx|pkcs12)$/i.test(location)) return "PKCS12";
  return /\.(pem|crt|cer)$/i.test(location) ? "PEM" : "JKS";
}

function clientAuth(ssl: Props): ServerOptions {
  const wanted = ssl["client.auth"] ?? "none";
  if (!["none", "requested", "required"].includes(wanted)) {
    throw invalid("ssl.client.auth is one of none, requested, required");
  }
  return { requestCert: wanted !== "none", rejectUnauthorized: wanted === "required" };
}

function algorithms(ssl: Props): ServerOptions {
  const protocols = (ssl["enabled.protocols"] ?? "TLSv1.2,TLSv1.3").split(/\s*,\s*/).toSorted();
  const known = protocols.filter((each) => each === "TLSv1.2" || each === "TLSv1.3");
  if (known.length === 0) throw invalid("ssl.enabled.protocols has TLSv1.2, TLSv1.3, or both");
  const ciphers = ssl["cipher.suites"]?.split(/\s*,\s*/).join(":");
  return {
    minVersion: known[0] as SecureVersion,
    maxVersion: known.at(-1) as SecureVersion,
    ...(ciphers ? { ciphers } : {}),
  };
}

function bytesOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new ConfigError("CONFIG_UNREADABLE", `The file ${file} cannot be read`, { cause });
  }
}

const textOf = (file: string): string => bytesOf(file).toString("utf8");

function invalid(message: string, cause?: unknown): ConfigError {
  return new ConfigError("CONFIG_INVALID", message, { cause });
}
