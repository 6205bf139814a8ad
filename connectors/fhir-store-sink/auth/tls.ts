import { ConfigError } from "#connect-api";
import type { ConfigValues } from "#connect-api";
import type { TlsSettings } from "#lib/http-request";
import { certificateOf } from "#lib/oauth";
import { createSecureContext } from "node:tls";
import {
  ALLOW_PLAINTEXT,
  TLS_CA,
  TLS_CERTIFICATE,
  TLS_PASSPHRASE,
  TLS_PRIVATE_KEY,
} from "./config.ts";
import type { tlsKeys } from "./config.ts";

type TlsValues = ConfigValues<typeof tlsKeys>;

/** The TLS settings, tried out. Throws ConfigError on the key that cannot be read. */
export function tlsOf(values: TlsValues): TlsSettings {
  const [ca, cert] = [values[TLS_CA], values[TLS_CERTIFICATE]];
  const [key, passphrase] = [values[TLS_PRIVATE_KEY], values[TLS_PASSPHRASE]];
  if ((cert === null) !== (key === null)) {
    const missing = cert === null ? TLS_CERTIFICATE : TLS_PRIVATE_KEY;
    const why = "a client certificate needs its private key, and the other way round";
    throw new ConfigError("CONFIG_INVALID", `Missing ${missing}: ${why}`, { key: missing });
  }
  const settings = {
    ...(ca === null ? {} : { ca }),
    ...(cert === null ? {} : { cert }),
    ...(key === null ? {} : { key: key.reveal() }),
    ...(passphrase === null ? {} : { passphrase: passphrase.reveal() }),
  };
  // Node passes over an authority that it cannot read.
  if (ca !== null) tryOut(TLS_CA, () => certificateOf(ca));
  tryOut(TLS_PRIVATE_KEY, () => createSecureContext(settings));
  return settings;
}

function tryOut(key: string, read: () => unknown): void {
  try {
    read();
  } catch {
    const why = "it cannot be read, or does not belong to the rest; PEM is expected";
    throw new ConfigError("CONFIG_INVALID", `Invalid value for configuration ${key}: ${why}`, {
      key,
    });
  }
}

/** Refuses an address to which patient data would go in the open. */
export function checkPlaintext(key: string, url: URL, values: TlsValues): void {
  const isLocal = ["127.0.0.1", "[::1]", "localhost"].includes(url.hostname);
  if (url.protocol === "https:" || isLocal || values[ALLOW_PLAINTEXT]) return;
  throw new ConfigError(
    "CONFIG_INVALID",
    `Invalid value for configuration ${key}: it would send patient data unencrypted; use https, or set ${ALLOW_PLAINTEXT}=true`,
    { key },
  );
}
