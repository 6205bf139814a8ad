import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { bundleTypeOf, entriesOf, referencesIn, withoutSome } from "./entries.ts";
import { outcomeAnswer, startFront } from "./front.ts";
import type { Front, FrontAnswer, FrontRequest } from "./front.ts";
import { startMedplum } from "./medplum.ts";
import type { MedplumServer } from "./medplum.ts";

const keys = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

const DATASET = "/v1/projects/invented/locations/here/datasets/data";
const STORE = `${DATASET}/fhirStores/store`;
export const GOOGLE_TOKEN = "invented-google-token";

/** Names of the store, as the sinks' settings want them. */
export const googleNames = {
  "google.project": "invented",
  "google.location": "here",
  "google.dataset": "data",
} as const;

/** The text of a service account's key, with an invented key. */
export const serviceAccountKey = JSON.stringify({
  type: "service_account",
  project_id: "invented",
  private_key_id: "1",
  private_key: keys.privateKey,
  client_email: "sink@invented.example",
  client_id: "1",
});

export interface GoogleStoreSettings {
  enableUpdateCreate: boolean;
  disableReferentialIntegrity: boolean;
}

/**
 * What is believed of Google's Healthcare API, before Medplum's router: paths, authorization, the limit of 4,500 entries of a
 * transaction and 50 MB, referential integrity, error bodies, tokens. All of that is ours, after Google's
 * documentation; no emulator of it exists. Resources, versions (opaque UUIDs) and If-Match are Medplum's.
 */
export interface GoogleFacade {
  readonly front: Front;
  readonly medplum: MedplumServer;
  readonly store: GoogleStoreSettings;
  /** What the HL7v2 store has ingested, in order; each different message once. */
  readonly messages: Buffer[];
  /** Answers of the HL7v2 store other than AA, by the message's text. */
  nack: (text: string) => "AE" | "AR" | undefined;
  rejectDuplicates: boolean;
  stop(): Promise<void>;
}

export async function startGoogle(): Promise<GoogleFacade> {
  const medplum = await startMedplum();
  const store: GoogleStoreSettings = {
    enableUpdateCreate: true,
    disableReferentialIntegrity: true,
  };
  const handle = async (
    request: FrontRequest,
    forward: (request: FrontRequest) => Promise<FrontAnswer>,
  ): Promise<FrontAnswer> => {
    const { method, path } = request;
    const tokens = tokenAnswer(path);
    if (tokens) return tokens;
    if (!isAuthorized(request.headers.authorization)) {
      return googleError(401, "UNAUTHENTICATED");
    }
    if (path === STORE && method === "GET") {
      return {
        status: 200,
        body: JSON.stringify({ name: STORE.slice(4), version: "R4", ...store }),
      };
    }
    if (path === `${DATASET}/hl7V2Stores/store/messages:ingest`) return ingest(facade, request);
    if (path === `${DATASET}/hl7V2Stores/store`) return { status: 200, body: "{}" };
    if (path !== `${STORE}/fhir` || method !== "POST") return googleError(404, "NOT_FOUND");
    return executeBundle(facade, request, (inner) => forward({ ...inner, path: "" }));
  };
  const front = await startFront({ backend: medplum.url, handle });
  const facade: GoogleFacade = {
    front,
    medplum,
    store,
    messages: [],
    nack: () => undefined,
    rejectDuplicates: false,
    async stop() {
      await front.stop();
      await medplum.stop();
    },
  };
  return facade;
}

/** Security token service (workload identity federation) and the metadata server of a machine. */
function tokenAnswer(path: string): FrontAnswer | undefined {
  const token = { access_token: GOOGLE_TOKEN, expires_in: 3600, token_type: "Bearer" };
  if (path === "/sts") {
    const issued = { issued_token_type: "urn:ietf:params:oauth:token-type:access_token" };
    return { status: 200, headers: JSON_TYPE, body: JSON.stringify({ ...token, ...issued }) };
  }
  if (!path.startsWith("/computeMetadata/")) return undefined;
  const headers = { ...JSON_TYPE, "metadata-flavor": "Google" };
  return path.includes("/token")
    ? { status: 200, headers, body: JSON.stringify(token) }
    : { status: 200, headers: { ...headers, "content-type": "text/plain" }, body: "default/" };
}

const JSON_TYPE = { "content-type": "application/json" };

/** A token of this facade, or a service account's own signed statement. */
function isAuthorized(authorization: string | undefined): boolean {
  const token = authorization?.replace(/^Bearer /, "") ?? "";
  if (token === GOOGLE_TOKEN) return true;
  const [header = "", claims = "", signature = ""] = token.split(".");
  return verify(
    "sha256",
    Buffer.from(`${header}.${claims}`),
    createPublicKey(keys.publicKey),
    Buffer.from(signature, "base64url"),
  );
}

export function googleError(
  code: number,
  status: string,
  headers: Readonly<Record<string, string>> = {},
): FrontAnswer {
  const body = JSON.stringify({ error: { code, status, message: "MARKER of what was sent" } });
  return { status: code, headers: { ...JSON_TYPE, ...headers }, body };
}

async function executeBundle(
  { medplum, store }: GoogleFacade,
  request: FrontRequest,
  forward: (request: FrontRequest) => Promise<FrontAnswer>,
): Promise<FrontAnswer> {
  const entries = entriesOf(request) ?? [];
  if (Buffer.byteLength(request.body) > 50_000_000) return googleError(413, "INVALID_ARGUMENT");
  const isTransaction = bundleTypeOf(request) === "transaction";
  if (isTransaction && entries.length > 4500) return googleError(400, "INVALID_ARGUMENT");
  const inBundle = new Set(isTransaction ? entries.map(({ request: { url } }) => url) : []);
  const problemOf = async ({ resource, request: { method, url } }: (typeof entries)[number]) => {
    if (method !== "PUT") return undefined;
    const exists = async (reference: string): Promise<boolean> => {
      const [type = "", id = ""] = reference.split("/");
      return inBundle.has(reference) || (await medplum.read(type, id)) !== undefined;
    };
    if (!store.enableUpdateCreate && !url.includes("?") && !(await exists(url))) {
      return { status: "404 Not Found", code: "not-found", text: `${url} MARKER` };
    }
    if (store.disableReferentialIntegrity) return undefined;
    for (const reference of referencesIn(resource)) {
      if (!(await exists(reference))) {
        const text = `reference_not_found: ${reference}`;
        return { status: "400 Bad Request", code: "processing", text };
      }
    }
    return undefined;
  };
  if (!isTransaction) return withoutSome(request, forward, problemOf);
  for (const entry of entries) {
    const problem = await problemOf(entry);
    if (problem) return outcomeAnswer(400, problem.code, problem.text);
  }
  return forward(request);
}

/** The HL7v2 store: identical bytes are one message, and the same answer again. */
function ingest(facade: GoogleFacade, { body }: FrontRequest): FrontAnswer {
  const { message } = JSON.parse(body) as { readonly message: { readonly data: string } };
  const bytes = Buffer.from(message.data, "base64");
  const isKnown = facade.messages.some((each) => each.equals(bytes));
  const refusal = facade.nack(bytes.toString("latin1"));
  const isDuplicate = isKnown && facade.rejectDuplicates;
  const code = refusal ?? (isDuplicate ? "AE" : "AA");
  if (!isKnown && refusal === undefined) facade.messages.push(bytes);
  const text = isDuplicate ? "DUPLICATE" : "MARKER";
  const ack = `MSH|^~\\&|GOOGLE||SENDER||20260101||ACK|1|P|2.5.1\rMSA|${code}|1|${text}\r`;
  if (refusal !== undefined || isDuplicate) {
    const errorMessage = { code: 400, message: isDuplicate ? "message already exists" : "MARKER" };
    return {
      status: isDuplicate ? 409 : 400,
      headers: JSON_TYPE,
      body: JSON.stringify({
        error: {
          ...errorMessage,
          status: isDuplicate ? "ALREADY_EXISTS" : "INVALID_ARGUMENT",
          details: [{ hl7Nack: Buffer.from(ack).toString("base64") }],
        },
      }),
    };
  }
  return {
    status: 200,
    headers: JSON_TYPE,
    body: JSON.stringify({
      hl7Ack: Buffer.from(ack).toString("base64"),
      message: { name: `${DATASET}/hl7V2Stores/store/messages/1` },
    }),
  };
}
