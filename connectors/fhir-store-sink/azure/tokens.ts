import { ConfigError } from "#connect-api";
import type { ConfigValues } from "#connect-api";
import type { Authorization } from "#lib/fhir-store";
import type { HttpClient } from "#lib/http-request";
import {
  TokenUnavailableError,
  certificateOf,
  certificateThumbprint,
  clientAssertion,
  clientCredentialsToken,
  privateKeyOf,
  requestToken,
  tokenCache,
} from "#lib/oauth";
import type { Token } from "#lib/oauth";
import { readFile } from "node:fs/promises";
import {
  ACCESS_TOKEN,
  AUTHORITY_HOST,
  AUTH_TYPE,
  CERTIFICATE_KEY,
  CERTIFICATE_PASSPHRASE,
  CLIENT_CERTIFICATE,
  CLIENT_ID,
  CLIENT_SECRET,
  FEDERATED_TOKEN_FILE,
  SCOPE,
  TENANT_ID,
} from "./config.ts";
import type { azureConfigDef } from "./config.ts";
import { urlOf } from "../auth/authorization.ts";

type Values = ConfigValues<(typeof azureConfigDef)["keys"]>;
type Environment = Readonly<Record<string, string | undefined>>;

const NEEDED: Readonly<Record<string, readonly (keyof Values)[]>> = {
  client_secret: [TENANT_ID, CLIENT_ID, CLIENT_SECRET],
  client_certificate: [TENANT_ID, CLIENT_ID, CLIENT_CERTIFICATE, CERTIFICATE_KEY],
  static: [ACCESS_TOKEN],
};

/**
 * Tokens of Microsoft Entra ID, over HTTP alone: Microsoft's own library takes 52 MB. Throws ConfigError on the key that
 * is missing or cannot be read.
 */
export function azureAuthorization(
  values: Values,
  baseUrl: URL,
  client: HttpClient,
  environment: Environment = process.env,
): Authorization {
  const type = values[AUTH_TYPE];
  const given = withEnvironment(values, environment);
  for (const key of NEEDED[type] ?? []) {
    if (values[key] === null || values[key] === "") {
      throw missing(key, `${AUTH_TYPE}=${type} needs it`);
    }
  }
  const scope = values[SCOPE] ?? `${baseUrl.origin}/.default`;
  switch (type) {
    case "static":
      return { kind: "header", value: `Bearer ${values[ACCESS_TOKEN]?.reveal()}` };
    case "managed_identity":
      return token(() =>
        managedIdentityToken(client, {
          resource: scope.replace(/\/\.default$/, ""),
          clientId: values[CLIENT_ID] ?? undefined,
          environment,
        }),
      );
    case "workload_identity": {
      const { tenantId, clientId, tokenFile } = given;
      if (tenantId === undefined) throw missing(TENANT_ID, "neither it nor AZURE_TENANT_ID is set");
      if (clientId === undefined) throw missing(CLIENT_ID, "neither it nor AZURE_CLIENT_ID is set");
      if (tokenFile === undefined) {
        throw missing(FEDERATED_TOKEN_FILE, "neither it nor AZURE_FEDERATED_TOKEN_FILE is set");
      }
      const tokenUrl = tokenUrlOf(values, tenantId);
      const assertion = () => federatedToken(tokenFile);
      return token(() =>
        clientCredentialsToken(client, { tokenUrl, clientId, scope, proof: { assertion } }),
      );
    }
    default: {
      const tokenUrl = tokenUrlOf(values, given.tenantId ?? "");
      const clientId = given.clientId ?? "";
      const proof =
        type === "client_certificate"
          ? { assertion: certificateAssertion(values, clientId, tokenUrl) }
          : ({ secret: values[CLIENT_SECRET]?.reveal() ?? "", in: "form" } as const);
      return token(() => clientCredentialsToken(client, { tokenUrl, clientId, scope, proof }));
    }
  }
}

const token = (fetchToken: () => Promise<Token>): Authorization => ({
  kind: "token",
  source: tokenCache(fetchToken),
});

function missing(key: keyof Values, why: string): ConfigError {
  return new ConfigError("CONFIG_INVALID", `Missing ${key}: ${why}`, { key });
}

function withEnvironment(values: Values, environment: Environment) {
  return {
    tenantId: values[TENANT_ID] ?? environment["AZURE_TENANT_ID"],
    clientId: values[CLIENT_ID] ?? environment["AZURE_CLIENT_ID"],
    tokenFile: values[FEDERATED_TOKEN_FILE] ?? environment["AZURE_FEDERATED_TOKEN_FILE"],
  };
}

function tokenUrlOf(values: Values, tenantId: string): URL {
  const authority = urlOf(AUTHORITY_HOST, values[AUTHORITY_HOST]).href.replace(/\/+$/, "");
  return new URL(`${authority}/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`);
}

/** Source: Microsoft identity platform, "certificate credentials": PS256, and the certificate's thumbprint in the header. */
function certificateAssertion(values: Values, clientId: string, tokenUrl: URL): () => string {
  const certificate = readOrRefuse(CLIENT_CERTIFICATE, () =>
    certificateOf(values[CLIENT_CERTIFICATE] ?? ""),
  );
  const privateKey = readOrRefuse(CERTIFICATE_KEY, () =>
    privateKeyOf(values[CERTIFICATE_KEY]?.reveal() ?? "", values[CERTIFICATE_PASSPHRASE]?.reveal()),
  );
  if (!certificate.checkPrivateKey(privateKey)) {
    const why = "it does not belong to the certificate";
    throw new ConfigError(
      "CONFIG_INVALID",
      `Invalid value for configuration ${CERTIFICATE_KEY}: ${why}`,
      {
        key: CERTIFICATE_KEY,
      },
    );
  }
  const header = { "x5t#S256": certificateThumbprint(certificate) };
  const audience = tokenUrl.href;
  return () => clientAssertion({ clientId, audience, privateKey, algorithm: "PS256", header });
}

function readOrRefuse<T>(key: keyof Values, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new ConfigError("CONFIG_INVALID", (error as Error).message, { key });
  }
}

/** The pod's token; the platform renews the file. */
async function federatedToken(file: string): Promise<string> {
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (cause) {
    throw new TokenUnavailableError("The file of the federated token cannot be read", { cause });
  }
}

/**
 * A token of the machine's own identity: from the endpoint that App Service, Functions and Container Apps announce, else from the
 * instance metadata service. Source: "How to use managed identities", REST protocol of both.
 */
function managedIdentityToken(
  client: HttpClient,
  {
    resource,
    clientId,
    environment,
  }: {
    readonly resource: string;
    readonly clientId: string | undefined;
    readonly environment: Environment;
  },
): Promise<Token> {
  const own = environment["IDENTITY_ENDPOINT"];
  const header = environment["IDENTITY_HEADER"];
  const isOwn = own !== undefined && header !== undefined;
  const host = environment["AZURE_POD_IDENTITY_AUTHORITY_HOST"] ?? "http://169.254.169.254";
  const url = new URL(isOwn ? own : `${host}/metadata/identity/oauth2/token`);
  url.searchParams.set("api-version", isOwn ? "2019-08-01" : "2018-02-01");
  url.searchParams.set("resource", resource);
  if (clientId !== undefined) url.searchParams.set("client_id", clientId);
  const headers: Record<string, string> = isOwn
    ? { "x-identity-header": header }
    : { metadata: "true" };
  return requestToken(client, { method: "GET", url, headers });
}
