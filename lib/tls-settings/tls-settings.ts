import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import type { SecureContextOptions, SecureVersion } from "node:tls";

/** Kafka's `ssl.*` settings, without that prefix: `keystore.location`, `truststore.type`, … */
export type SslSettings = Readonly<Record<string, string>>;

export type TlsKey = Pick<SecureContextOptions, "key" | "cert" | "pfx" | "passphrase">;
export type TlsTrust = Pick<SecureContextOptions, "ca">;

/** A setting that cannot be followed, with what to do; it never holds a value that is a secret. */
export class TlsSettingsError extends Error {
  override readonly name = "TlsSettingsError";
}

/**
 * Key and certificate: `ssl.keystore.key` with `ssl.keystore.certificate.chain`, or a file that is PEM or PKCS12.
 * undefined when there are none. Throws TlsSettingsError.
 *
 * Source: org.apache.kafka.common.security.ssl.DefaultSslEngineFactory.
 */
export function tlsKey(ssl: SslSettings): TlsKey | undefined {
  const key = storedKey(ssl);
  if (key) usable("keystore", key);
  return key;
}

function storedKey(ssl: SslSettings): TlsKey | undefined {
  const passphrase = ssl["key.password"] ?? ssl["keystore.password"];
  const secret = passphrase === undefined ? {} : { passphrase };
  const [key, chain] = [ssl["keystore.key"], ssl["keystore.certificate.chain"]];
  if (key !== undefined && chain !== undefined) return { key, cert: chain, ...secret };
  const location = ssl["keystore.location"];
  if (location === undefined) return undefined;
  switch (typeOf(ssl, "keystore")) {
    case "PEM": {
      const pem = bytesOf(location).toString("utf8");
      return { key: pem, cert: pem, ...secret };
    }
    case "PKCS12": {
      // A PKCS12 store has one password for all that is in it.
      const password = ssl["keystore.password"] ?? ssl["key.password"];
      const pfx = bytesOf(location);
      return password === undefined ? { pfx } : { pfx, passphrase: password };
    }
    default:
      throw new TlsSettingsError(
        "ssl.keystore.type is PEM or PKCS12; convert a JKS store with keytool",
      );
  }
}

/** Authorities that are trusted: `ssl.truststore.certificates`, or a PEM file. Throws TlsSettingsError. */
export function tlsTrust(ssl: SslSettings): TlsTrust {
  const trust = storedTrust(ssl);
  usable("truststore", trust);
  return trust;
}

function storedTrust(ssl: SslSettings): TlsTrust {
  const certificates = ssl["truststore.certificates"];
  if (certificates !== undefined) return { ca: certificates };
  const location = ssl["truststore.location"];
  if (location === undefined) return {};
  if (typeOf(ssl, "truststore") !== "PEM") {
    throw new TlsSettingsError(
      "ssl.truststore.type is PEM; export the certificates with keytool -exportcert -rfc",
    );
  }
  return { ca: bytesOf(location).toString("utf8") };
}

/** `ssl.enabled.protocols` and `ssl.cipher.suites`. Throws TlsSettingsError. */
export function tlsAlgorithms(
  ssl: SslSettings,
): Pick<SecureContextOptions, "minVersion" | "maxVersion" | "ciphers"> {
  const protocols = (ssl["enabled.protocols"] ?? "TLSv1.2,TLSv1.3").split(/\s*,\s*/).toSorted();
  const known = protocols.filter((each) => each === "TLSv1.2" || each === "TLSv1.3");
  if (known.length === 0) {
    throw new TlsSettingsError("ssl.enabled.protocols has TLSv1.2, TLSv1.3, or both");
  }
  const ciphers = ssl["cipher.suites"]?.split(/\s*,\s*/).join(":");
  return {
    minVersion: known[0] as SecureVersion,
    maxVersion: known.at(-1) as SecureVersion,
    ...(ciphers ? { ciphers } : {}),
  };
}

/** Whether the other side's name is checked; set to nothing, `ssl.endpoint.identification.algorithm` says no. */
export function isNameChecked(ssl: SslSettings): boolean {
  return ssl["endpoint.identification.algorithm"]?.trim() !== "";
}

/** Java's default is JKS; a store whose name says what it is needs no type here. */
function typeOf(ssl: SslSettings, store: "keystore" | "truststore"): string {
  const type = ssl[`${store}.type`]?.toUpperCase();
  if (type !== undefined) return type;
  const location = ssl[`${store}.location`] ?? "";
  if (/\.(p12|pfx|pkcs12)$/i.test(location)) return "PKCS12";
  return /\.(pem|crt|cer)$/i.test(location) ? "PEM" : "JKS";
}

function bytesOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new TlsSettingsError(`The file ${file} cannot be read`, { cause });
  }
}

/** A file that holds no key, or a wrong password, is found at the start. */
function usable(store: "keystore" | "truststore", options: SecureContextOptions): void {
  try {
    createSecureContext(options);
  } catch (cause) {
    // The library's texts name what it could not read, never a value.
    const reason = cause instanceof Error ? cause.message : "unreadable";
    throw new TlsSettingsError(
      `ssl.${store}.* cannot be used (${reason}); is it of the type that ssl.${store}.type says, and is its password right?`,
      { cause },
    );
  }
}
