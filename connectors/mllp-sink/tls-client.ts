import { readFileSync, statSync } from "node:fs";
import { createSecureContext } from "node:tls";
import type { ConnectionOptions } from "node:tls";
import { ConfigError } from "#connect-api";
import {
  HOST,
  TLS,
  TLS_CA_FILE,
  TLS_CERT_FILE,
  TLS_KEY_FILE,
  TLS_KEY_PASSWORD,
  TLS_MIN_VERSION,
  TLS_SERVER_NAME,
} from "./config.ts";
import type { MllpSinkConfig } from "./config.ts";

type FileKey = typeof TLS_CA_FILE | typeof TLS_CERT_FILE | typeof TLS_KEY_FILE;
/** Permission bits of group and others. */
const NOT_OWNER = 0o077;

/**
 * How to speak TLS to the receiver; undefined: not at all. Reads the files anew at each call, so that a new
 * connection has the certificate of the day.
 *
 * Throws ConfigError, naming the setting, when a file is missing or cannot be used.
 */
export function tlsClientOptions(config: MllpSinkConfig): ConnectionOptions | undefined {
  if (!config[TLS]) return undefined;
  if ((config[TLS_CERT_FILE] === null) !== (config[TLS_KEY_FILE] === null)) {
    const missing = config[TLS_CERT_FILE] === null ? TLS_CERT_FILE : TLS_KEY_FILE;
    throw unusable(missing, "a certificate and its key belong together");
  }
  const [ca, cert, key] = [TLS_CA_FILE, TLS_CERT_FILE, TLS_KEY_FILE].map((name) =>
    fileOf(config, name as FileKey),
  );
  const passphrase = config[TLS_KEY_PASSWORD]?.reveal();
  const servername = config[TLS_SERVER_NAME] ?? config[HOST];
  const options: ConnectionOptions = {
    ...(ca ? { ca } : {}),
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
    ...(passphrase === undefined ? {} : { passphrase }),
    // An address is no name to ask for (RFC 6066); the certificate is checked against it all the same.
    ...(/^[\d.]+$|:/.test(servername) ? {} : { servername }),
    minVersion: config[TLS_MIN_VERSION] as "TLSv1.2" | "TLSv1.3",
    rejectUnauthorized: true,
  };
  try {
    createSecureContext(options);
  } catch (cause) {
    const code = (cause as { code?: string }).code ?? "unknown";
    throw unusable(
      cert ? TLS_CERT_FILE : TLS_CA_FILE,
      `the files make no TLS context (${code})`,
      cause,
    );
  }
  return options;
}

/** Whether others than the owner may read the private key. */
export function isKeyReadableByOthers(config: MllpSinkConfig): boolean {
  const file = config[TLS_KEY_FILE];
  if (file === null || process.platform === "win32") return false;
  const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? 0;
  return (mode & NOT_OWNER) !== 0;
}

function fileOf(config: MllpSinkConfig, key: FileKey): Buffer | undefined {
  const file = config[key];
  if (file === null) return undefined;
  try {
    return readFileSync(file);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "unknown";
    throw unusable(key, `the file cannot be read (${code})`, cause);
  }
}

function unusable(key: string, why: string, cause?: unknown): ConfigError {
  return new ConfigError("MLLP_TLS_UNUSABLE", `TLS cannot be used: ${key}: ${why}`, { key, cause });
}
