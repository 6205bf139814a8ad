import { ConfigDef, between, oneOf } from "#connect-api";
import { tlsKeys } from "../auth/config.ts";
import {
  BUNDLE_ENTRIES,
  CAPABILITY_CHECK,
  DELETE_MODE,
  SERVER_URL,
  capabilityKeys,
  serverUrlKey,
  writingKeys,
} from "../config.ts";

export const AUTH_TYPE = "azure.auth.type";
export const TENANT_ID = "azure.tenant.id";
export const CLIENT_ID = "azure.client.id";
export const CLIENT_SECRET = "azure.client.secret";
export const CLIENT_CERTIFICATE = "azure.client.certificate";
export const CERTIFICATE_KEY = "azure.client.certificate.private.key";
export const CERTIFICATE_PASSPHRASE = "azure.client.certificate.passphrase";
export const FEDERATED_TOKEN_FILE = "azure.federated.token.file";
export const ACCESS_TOKEN = "azure.access.token";
export const SCOPE = "azure.scope";
export const AUTHORITY_HOST = "azure.authority.host";
export const BUNDLE_PROCESSING = "azure.bundle.processing";

const IDENTITY = "Microsoft Entra ID";

const text = (displayName: string, documentation: string) =>
  ({
    type: "STRING",
    default: null,
    importance: "MEDIUM",
    group: IDENTITY,
    displayName,
    documentation,
  }) as const;
const secret = (displayName: string, documentation: string) =>
  ({
    type: "PASSWORD",
    default: null,
    importance: "MEDIUM",
    group: IDENTITY,
    displayName,
    documentation,
  }) as const;

/** Source: Azure Health Data Services, FHIR service limits: a Bundle has 500 entries at most. */
export const AZURE_BUNDLE_ENTRIES_MAX = 500;

export const azureConfigDef = new ConfigDef({
  [SERVER_URL]: {
    ...serverUrlKey[SERVER_URL],
    documentation:
      "Address of the FHIR service, such as `https://workspace-name.fhir.azurehealthcareapis.com`.",
  },
  [AUTH_TYPE]: {
    type: "STRING",
    default: "client_secret",
    importance: "HIGH",
    validator: oneOf(
      "client_secret",
      "client_certificate",
      "managed_identity",
      "workload_identity",
      "static",
    ),
    group: IDENTITY,
    displayName: "Identity",
    documentation:
      "`client_secret`, `client_certificate`: an app registration. `managed_identity`: the identity of the machine, container app or function. `workload_identity`: a pod's federated token. `static`: a token that is given.",
  },
  [TENANT_ID]: text(
    "Tenant",
    "Id of the Entra tenant; for workload identity by default `AZURE_TENANT_ID`.",
  ),
  [CLIENT_ID]: text(
    "Client id",
    "Id of the app registration, or of a user-assigned managed identity; for workload identity by default `AZURE_CLIENT_ID`.",
  ),
  [CLIENT_SECRET]: secret("Client secret", "Secret for `client_secret`."),
  [CLIENT_CERTIFICATE]: text("Certificate", "PEM of the certificate for `client_certificate`."),
  [CERTIFICATE_KEY]: secret("Certificate key", "PEM of its private key (RSA)."),
  [CERTIFICATE_PASSPHRASE]: secret("Passphrase", "Opens an encrypted certificate key."),
  [FEDERATED_TOKEN_FILE]: text(
    "Federated token",
    "File with the token of the pod for `workload_identity`; by default `AZURE_FEDERATED_TOKEN_FILE`. It is read anew each time.",
  ),
  [ACCESS_TOKEN]: secret("Token", "Access token for `static`."),
  [SCOPE]: text(
    "Scope",
    "Scope of the token; by default the address of the FHIR service and `/.default`.",
  ),
  [AUTHORITY_HOST]: {
    type: "STRING",
    default: "https://login.microsoftonline.com",
    importance: "LOW",
    group: IDENTITY,
    displayName: "Authority",
    documentation: "Address of Entra, other in national clouds.",
  },
  [BUNDLE_PROCESSING]: {
    type: "STRING",
    default: "parallel",
    importance: "LOW",
    validator: oneOf("parallel", "sequential"),
    group: "Bundles and buffers",
    displayName: "Bundle processing",
    documentation:
      "How the service works through a Bundle (`x-bundle-processing-logic`). No resource stands twice in one, so `parallel` is safe.",
  },
  ...tlsKeys,
  [CAPABILITY_CHECK]: capabilityKeys[CAPABILITY_CHECK],
  ...writingKeys,
  [BUNDLE_ENTRIES]: {
    ...writingKeys[BUNDLE_ENTRIES],
    validator: between(1, AZURE_BUNDLE_ENTRIES_MAX),
  },
  [DELETE_MODE]: {
    ...writingKeys[DELETE_MODE],
    validator: oneOf("soft", "hard", "ignore"),
    documentation:
      "What a tombstone (key `Patient/123`) or the header `fhir-interaction: delete` does. `soft`: DELETE; versions stay in the history. `hard`: the history goes too (`hardDelete=true`). `ignore`: nothing.",
  },
});
