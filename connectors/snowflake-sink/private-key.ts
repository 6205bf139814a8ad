import { createPrivateKey } from "node:crypto";
import { ConfigError } from "#connect-api";
import { PRIVATE_KEY } from "./config.ts";

/**
 * The private key as the PEM text that the driver wants. Takes what Java's connector takes: the PKCS#8 body with or
 * without its header and line breaks, encrypted or not.
 *
 * Throws ConfigError, which holds nothing of the key.
 */
export function privateKeyPem(text: string, passphrase: string | undefined): string {
  const body = text.replaceAll(/-----(BEGIN|END)[A-Z ]+-----/g, "").replaceAll(/\s+/g, "");
  const lines = body.match(/.{1,64}/g)?.join("\n") ?? "";
  const label = passphrase === undefined ? "PRIVATE KEY" : "ENCRYPTED PRIVATE KEY";
  const pem = `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
  try {
    const key = createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) });
    return key.export({ type: "pkcs8", format: "pem" }) as string;
  } catch {
    const hint =
      passphrase === undefined
        ? "it must be an unencrypted PKCS#8 key, or come with its passphrase"
        : "it must be an encrypted PKCS#8 key that the passphrase opens";
    throw new ConfigError(
      "SNOWFLAKE_KEY_INVALID",
      `Invalid value [hidden] for configuration ${PRIVATE_KEY}: ${hint}`,
      { key: PRIVATE_KEY },
    );
  }
}
