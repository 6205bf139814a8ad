import { oneOf } from "#connect-api";

export const AUTH_TYPE = "fhir.auth.type";
export const AUTH_USERNAME = "fhir.auth.username";
export const AUTH_PASSWORD = "fhir.auth.password";
export const AUTH_TOKEN = "fhir.auth.bearer.token";
export const TOKEN_URL = "fhir.auth.token.url";
export const CLIENT_ID = "fhir.auth.client.id";
export const CLIENT_SECRET = "fhir.auth.client.secret";
export const CLIENT_SECRET_IN = "fhir.auth.client.secret.in";
export const SCOPE = "fhir.auth.scope";
export const PRIVATE_KEY = "fhir.auth.private.key";
export const PRIVATE_KEY_PASSPHRASE = "fhir.auth.private.key.passphrase";
export const KEY_ID = "fhir.auth.key.id";
export const KEY_ALGORITHM = "fhir.auth.key.algorithm";
export const TLS_CA = "fhir.tls.ca";
export const TLS_CERTIFICATE = "fhir.tls.certificate";
export const TLS_PRIVATE_KEY = "fhir.tls.private.key";
export const TLS_PASSPHRASE = "fhir.tls.passphrase";
export const ALLOW_PLAINTEXT = "fhir.allow.plaintext";

const AUTHORIZATION = "Authorization";
const TLS = "TLS";

const text = (group: string, displayName: string, documentation: string) =>
  ({
    type: "STRING",
    default: null,
    importance: "MEDIUM",
    group,
    displayName,
    documentation,
  }) as const;
const secret = (group: string, displayName: string, documentation: string) =>
  ({
    type: "PASSWORD",
    default: null,
    importance: "MEDIUM",
    group,
    displayName,
    documentation,
  }) as const;

/** TLS of the connection to a server, with a certificate of our own where it wants one (mTLS). */
export const tlsKeys = {
  [TLS_CA]: text(
    TLS,
    "Certificate authority",
    "PEM of the authorities that the server's certificate may come from; by default those that Node knows.",
  ),
  [TLS_CERTIFICATE]: text(TLS, "Client certificate", "PEM of the certificate to show (mTLS)."),
  [TLS_PRIVATE_KEY]: secret(TLS, "Client key", "PEM of its private key."),
  [TLS_PASSPHRASE]: secret(TLS, "Passphrase", "Opens an encrypted client key."),
  [ALLOW_PLAINTEXT]: {
    type: "BOOLEAN",
    default: false,
    importance: "LOW",
    group: TLS,
    displayName: "Allow plain HTTP",
    documentation:
      "Whether an `http://` address that is not on this machine is allowed: patient data and credentials then go unencrypted.",
  },
} as const;

/** How the sink shows a FHIR server who it is. */
export const authKeys = {
  [AUTH_TYPE]: {
    type: "STRING",
    default: "none",
    importance: "HIGH",
    validator: oneOf("none", "basic", "bearer", "oauth2", "smart"),
    group: AUTHORIZATION,
    displayName: "Authorization",
    documentation:
      "`none`; `basic` (user and password); `bearer` (a fixed token); `oauth2` (client credentials with a secret); `smart` (SMART Backend Services: a signed assertion). A client certificate (`fhir.tls.certificate`) goes with each of them.",
  },
  [AUTH_USERNAME]: text(AUTHORIZATION, "User", "User for `basic`."),
  [AUTH_PASSWORD]: secret(AUTHORIZATION, "Password", "Password for `basic`."),
  [AUTH_TOKEN]: secret(AUTHORIZATION, "Token", "Token for `bearer`."),
  [TOKEN_URL]: text(
    AUTHORIZATION,
    "Token endpoint",
    "Where `oauth2` and `smart` get their tokens. Without it, `smart` reads it from the server's `.well-known/smart-configuration`.",
  ),
  [CLIENT_ID]: text(AUTHORIZATION, "Client id", "Client id for `oauth2` and `smart`."),
  [CLIENT_SECRET]: secret(AUTHORIZATION, "Client secret", "Client secret for `oauth2`."),
  [CLIENT_SECRET_IN]: {
    type: "STRING",
    default: "header",
    importance: "LOW",
    validator: oneOf("header", "form"),
    group: AUTHORIZATION,
    displayName: "Client secret goes in",
    documentation:
      "Whether client id and secret go to the token endpoint as basic authentication or in the form.",
  },
  [SCOPE]: text(
    AUTHORIZATION,
    "Scope",
    "Scope of the token, such as `system/*.cruds`; for `smart` by default `system/*.cruds`.",
  ),
  [PRIVATE_KEY]: secret(AUTHORIZATION, "Private key", "PEM of the private key for `smart`."),
  [PRIVATE_KEY_PASSPHRASE]: secret(AUTHORIZATION, "Passphrase", "Opens an encrypted private key."),
  [KEY_ID]: text(AUTHORIZATION, "Key id", "`kid` of the key in the client's JWKS, for `smart`."),
  [KEY_ALGORITHM]: {
    type: "STRING",
    default: "RS384",
    importance: "LOW",
    validator: oneOf("RS384", "ES384"),
    group: AUTHORIZATION,
    displayName: "Algorithm",
    documentation: "How the assertion is signed: `RS384` (RSA key) or `ES384` (P-384 key).",
  },
  ...tlsKeys,
} as const;
