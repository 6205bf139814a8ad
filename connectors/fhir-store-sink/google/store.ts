import { ConfigError, GOOGLE_CREDENTIALS } from "#connect-api";
import { StoreSetupError, StoreUnreachableError, parsedObject } from "#lib/fhir-store";
import type { FhirStore } from "#lib/fhir-store";
import {
  GoogleCredentialsError,
  GoogleSdkMissingError,
  GoogleUnreachableError,
  openHealthcare,
} from "#lib/google-healthcare";
import type { GoogleAnswer, GoogleSettings, HealthcareClient } from "#lib/google-healthcare";

/** What Google says of a FHIR store. Source: Cloud Healthcare API v1, FhirStore. */
export interface FhirStoreResource {
  readonly version?: string;
  readonly enableUpdateCreate?: boolean;
}

export interface GoogleStore extends FhirStore {
  /** The store itself, and the status of the answer. */
  describe(): Promise<{ readonly status: number; readonly store: FhirStoreResource }>;
}

/**
 * A FHIR store of Google Cloud through Google's own client. It takes Bundles only (`executeBundle`). Throws ConfigError for
 * credentials that cannot be read, or without the package.
 */
export async function googleStore(name: string, settings: GoogleSettings): Promise<GoogleStore> {
  const client = await openHealthcare(settings).catch((error: unknown) => {
    if (error instanceof GoogleSdkMissingError) {
      throw new StoreSetupError("GOOGLE_SDK_MISSING", error.message, { cause: error });
    }
    if (error instanceof GoogleCredentialsError) {
      throw new ConfigError("CONFIG_INVALID", error.message, { key: GOOGLE_CREDENTIALS });
    }
    throw error;
  });
  return {
    request: ({ body = "", signal }) =>
      told(() =>
        client.call(
          (api, options) =>
            api.projects.locations.datasets.fhirStores.fhir.executeBundle(
              // The text of the Bundle goes as it is; the library would read numbers and lose digits.
              { parent: name, requestBody: body as never },
              options,
            ),
          {
            headers: {
              "content-type": "application/fhir+json;charset=utf-8",
              prefer: "return=minimal",
            },
            ...(signal === undefined ? {} : { signal }),
          },
        ),
      ),
    async describe() {
      const answer = await told(() => describe(client, name));
      return {
        status: answer.status,
        store: (parsedObject(answer.body) ?? {}) as FhirStoreResource,
      };
    },
    close() {},
  };
}

const describe = (client: HealthcareClient, name: string): Promise<GoogleAnswer> =>
  client.call((api, options) => api.projects.locations.datasets.fhirStores.get({ name }, options));

/** Google's troubles as the writer knows them. */
async function told(ask: () => Promise<GoogleAnswer>): Promise<GoogleAnswer> {
  try {
    return await ask();
  } catch (cause) {
    if (cause instanceof GoogleUnreachableError) {
      throw new StoreUnreachableError(cause.reason, { cause });
    }
    if (cause instanceof GoogleCredentialsError) {
      throw new StoreSetupError("GOOGLE_CREDENTIALS", cause.message, { cause });
    }
    throw cause;
  }
}
