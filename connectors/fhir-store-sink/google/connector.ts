import {
  GOOGLE_CREDENTIALS,
  GOOGLE_DATASET,
  GOOGLE_ENDPOINT,
  GOOGLE_LOCATION,
  GOOGLE_PROJECT,
  GOOGLE_STORE_CHECK,
} from "#connect-api";
import type { ConfigDef, ConfigReport, Props } from "#connect-api";
import { StoreSetupError, StoreUnreachableError } from "#lib/fhir-store";
import type { Shortcoming } from "../capability.ts";
import { REQUEST_TIMEOUT_MS, UPDATE_MODE } from "../config.ts";
import { FhirConnector } from "../connector.ts";
import { writingSettings } from "../settings.ts";
import type { Settings } from "../settings.ts";
import { FhirSinkTask } from "../task.ts";
import { validateConfig } from "../validate.ts";
import { FHIR_STORE, googleConfigDef } from "./config.ts";
import { googleStore } from "./store.ts";
import type { GoogleStore } from "./store.ts";

/** Source: Cloud Healthcare API, quotas and limits: a request of 50 MB, a transaction of 4,500 entries. */
const LIMITS = { entries: 4500, bytes: 48_000_000 };

interface GoogleFhirSettings extends Settings {
  openStore(): Promise<GoogleStore>;
}

function googleSettings(props: Props): GoogleFhirSettings {
  const values = googleConfigDef.parse(props);
  const name = `projects/${values[GOOGLE_PROJECT]}/locations/${values[GOOGLE_LOCATION]}/datasets/${values[GOOGLE_DATASET]}/fhirStores/${values[FHIR_STORE]}`;
  return {
    ...writingSettings(values, LIMITS),
    openStore: () =>
      googleStore(name, {
        endpoint: values[GOOGLE_ENDPOINT] ?? undefined,
        credentials: values[GOOGLE_CREDENTIALS]?.reveal(),
        timeoutMs: values[REQUEST_TIMEOUT_MS],
      }),
  };
}

/** Writes FHIR resources into a FHIR store of Google Cloud's Healthcare API. */
export class GoogleFhirStoreSinkConnector extends FhirConnector {
  config(): ConfigDef {
    return googleConfigDef;
  }
  taskClass() {
    return GoogleTask;
  }
  override validate(props: Props): Promise<ConfigReport> {
    return validateConfig(props, googleConfigDef, {
      addressKey: FHIR_STORE,
      settingsOf: googleSettings,
      async lookAround(right) {
        const store = await googleSettings(right).openStore();
        const values = googleConfigDef.parse(right);
        return values[GOOGLE_STORE_CHECK] ? shortcomings(store, values[UPDATE_MODE]) : [];
      },
    });
  }
}

class GoogleTask extends FhirSinkTask {
  protected settingsOf = googleSettings;
}

async function shortcomings(
  google: GoogleStore,
  updateMode: string,
): Promise<readonly Shortcoming[]> {
  try {
    const { status, store } = await google.describe();
    if (status === 401)
      return [{ key: GOOGLE_CREDENTIALS, why: "Google refuses the credentials (401)" }];
    if (status === 403) {
      const why =
        "The identity may not look at the store (403): give it the role Healthcare FHIR Resource Editor and healthcare.fhirStores.get";
      return [{ key: GOOGLE_CREDENTIALS, why }];
    }
    if (status !== 200) {
      const why = `There is no such FHIR store, or it cannot be seen (${status}): check project, location, dataset and store`;
      return [{ key: undefined, why }];
    }
    const found: Shortcoming[] = [];
    if (store.version !== undefined && store.version !== "R4") {
      found.push({ key: undefined, why: "The FHIR store is not one of R4" });
    }
    if (updateMode === "id" && store.enableUpdateCreate !== true) {
      const why = `The FHIR store does not create resources under ids that it is given: switch enableUpdateCreate on there, or set ${UPDATE_MODE}=identifier`;
      found.push({ key: UPDATE_MODE, why });
    }
    return found;
  } catch (error) {
    if (error instanceof StoreSetupError) return [{ key: GOOGLE_CREDENTIALS, why: error.message }];
    if (error instanceof StoreUnreachableError) return [{ key: undefined, why: error.message }];
    throw error;
  }
}
