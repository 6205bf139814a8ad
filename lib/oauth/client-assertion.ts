import { X509Certificate, createHash, createPrivateKey, randomUUID, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";

export type AssertionAlgorithm = "RS256" | "PS256" | "RS384" | "ES384";

export interface AssertionOptions {
  readonly clientId: string;
  /** Where it is sent: the token endpoint. */
  readonly audience: string;
  readonly privateKey: KeyObject;
  readonly algorithm: AssertionAlgorithm;
  /** Fields of the header that name the key: `kid` (SMART), `x5t#S256` (Entra). */
  readonly header?: Readonly<Record<string, string>>;
}

export const CLIENT_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** Source: RFC 7523 (private_key_jwt): a signed statement, good for five minutes, that this is the client. */
export function clientAssertion(options: AssertionOptions): string {
  const { clientId, audience, privateKey, algorithm } = options;
  const issuedAt = Math.floor(Date.now() / 1000);
  const header = { alg: algorithm, typ: "JWT", ...options.header };
  const claims = {
    iss: clientId,
    sub: clientId,
    aud: audience,
    jti: randomUUID(),
    iat: issuedAt,
    nbf: issuedAt - 5,
    exp: issuedAt + 295,
  };
  const text = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  const signature = sign(`sha${algorithm.slice(2)}`, Buffer.from(text), {
    key: privateKey,
    ...(algorithm.startsWith("ES") ? { dsaEncoding: "ieee-p1363" as const } : {}),
    // 6: RSASSA-PSS, with a salt as long as the hash.
    ...(algorithm.startsWith("PS") ? { padding: 6, saltLength: 32 } : {}),
  });
  return `${text}.${signature.toString("base64url")}`;
}

/** Throws TypeError without a text of the library, which could quote the key. */
export function privateKeyOf(pem: string, passphrase?: string): KeyObject {
  try {
    return createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch {
    throw new TypeError(
      "The private key cannot be read: PEM is expected, and the passphrase when it is encrypted",
    );
  }
}

/** A certificate. Throws TypeError. */
export function certificateOf(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new TypeError("The certificate cannot be read: PEM is expected");
  }
}

/** How a certificate is named in the header of an assertion. */
export function certificateThumbprint({ raw }: X509Certificate): string {
  return createHash("sha256").update(raw).digest("base64url");
}
