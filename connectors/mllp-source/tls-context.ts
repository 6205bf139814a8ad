import { readFileSync, statSync } from "node:fs";
import type { TlsOptions } from "node:tls";
import { createSecureContext } from "node:tls";
import { ConfigError } from "#connect-api";
import {
  TLS_CA_FILE,
  TLS_CERT_FILE,
  TLS_CIPHERS,
  TLS_CLIENT_AUTH,
  TLS_CRL_FILE,
  TLS_KEY_FILE,
  TLS_KEY_PASSWORD,
  TLS_MIN_VERSION,
} from "./config.ts";
import type { MllpConfig } from "./config.ts";

const FILES = [TLS_CERT_FILE, TLS_KEY_FILE, TLS_CA_FILE, TLS_CRL_FILE] as const;
/** Permission bits of group and others. */
const NOT_OWNER = 0o077;

export function isTls(config: MllpConfig): boolean {
  return config[TLS_CERT_FILE] !== null;
}

/**
 * The options of the TLS server. Reads the files anew at each call.
 *
 * Throws ConfigError, naming the setting, when a file is missing or cannot be used.
 */
export function tlsOptions(config: MllpConfig): TlsOptions {
  if (config[TLS_KEY_FILE] === null) {
    throw unusable(TLS_KEY_FILE, "a certificate needs its key: set mllp.tls.key.file");
  }
  const clientAuth = config[TLS_CLIENT_AUTH];
  if (clientAuth !== "none" && config[TLS_CA_FILE] === null) {
    throw unusable(TLS_CA_FILE, "client certificates need the CAs that sign them");
  }
  const read = (key: (typeof FILES)[number]): Buffer | undefined => {
    const file = config[key];
    if (file === null) return undefined;
    try {
      return readFileSync(file);
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code ?? "unknown";
      throw unusable(key, `the file cannot be read (${code})`, cause);
    }
  };
  const [cert, key, ca, crl] = FILES.map(read);
  const passphrase = config[TLS_KEY_PASSWORD]?.reveal();
  const options: TlsOptions = {
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
    ...(ca ? { ca } : {}),
    ...(crl ? { crl } : {}),
    ...(passphrase === undefined ? {} : { passphrase }),
    minVersion: config[TLS_MIN_VERSION] as "TLSv1.2" | "TLSv1.3",
    ciphers: config[TLS_CIPHERS],
    dhparam: "auto",
    honorCipherOrder: true,
    requestCert: clientAuth !== "none",
    rejectUnauthorized: clientAuth !== "none",
  };
  try {
    createSecureContext(options);
  } catch (cause) {
    const code = (cause as { code?: string }).code ?? "unknown";
    throw unusable(
      TLS_CERT_FILE,
      `certificate, key and CAs do not make a TLS context (${code})`,
      cause,
    );
  }
  return options;
}

/** When the files changed last: another value means that they have to be read again. */
export function tlsFilesVersion(config: MllpConfig): string {
  return FILES.map((key) => {
    const file = config[key];
    if (file === null) return "";
    try {
      const { mtimeMs, size, ino } = statSync(file);
      return `${mtimeMs}/${size}/${ino}`;
    } catch {
      return "missing";
    }
  }).join();
}

/** Whether others than the owner may read the private key. */
export function isKeyReadableByOthers(config: MllpConfig): boolean {
  const file = config[TLS_KEY_FILE];
  if (file === null || process.platform === "win32") return false;
  try {
    return (statSync(file).mode & NOT_OWNER) !== 0;
  } catch {
    return false;
  }
}

function unusable(key: string, why: string, cause?: unknown): ConfigError {
  return new ConfigError("MLLP_TLS_UNUSABLE", `TLS cannot be used: ${key}: ${why}`, { key, cause });
}
