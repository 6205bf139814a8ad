import type { ConfigDef, ConfigReport, Props } from "#connect-api";
import { httpStore } from "#lib/fhir-store";
import { httpClient } from "#lib/http-request";
import { urlOf } from "../auth/authorization.ts";
import { checkPlaintext, tlsOf } from "../auth/tls.ts";
import { lookAtServer } from "../capability.ts";
import { DELETE_MODE, REQUEST_TIMEOUT_MS, SERVER_URL } from "../config.ts";
import { FhirConnector } from "../connector.ts";
import { writingSettings } from "../settings.ts";
import type { Settings } from "../settings.ts";
import { FhirSinkTask } from "../task.ts";
import { validateConfig } from "../validate.ts";
import {
  AUTHORITY_HOST,
  AZURE_BUNDLE_ENTRIES_MAX,
  BUNDLE_PROCESSING,
  azureConfigDef,
} from "./config.ts";
import { azureAuthorization } from "./tokens.ts";

/** A Bundle may take 100 seconds and the service has a limit of size; this is well below. */
const BYTES_MAX = 30_000_000;

function azureSettings(props: Props): Settings {
  const values = azureConfigDef.parse(props);
  const baseUrl = urlOf(SERVER_URL, values[SERVER_URL]);
  checkPlaintext(SERVER_URL, baseUrl, values);
  checkPlaintext(AUTHORITY_HOST, urlOf(AUTHORITY_HOST, values[AUTHORITY_HOST]), values);
  const client = httpClient({ timeoutMs: values[REQUEST_TIMEOUT_MS], tls: tlsOf(values) });
  const authorization = azureAuthorization(values, baseUrl, client);
  return {
    ...writingSettings(values, {
      entries: AZURE_BUNDLE_ENTRIES_MAX,
      bytes: BYTES_MAX,
      ...(values[DELETE_MODE] === "hard" ? { deleteQuery: "hardDelete=true" } : {}),
    }),
    openStore: () =>
      httpStore({
        baseUrl,
        client,
        authorization,
        headers: { "x-bundle-processing-logic": values[BUNDLE_PROCESSING] },
      }),
  };
}

/** Writes FHIR resources into a FHIR service of Azure Health Data Services. */
export class AzureFhirSinkConnector extends FhirConnector {
  config(): ConfigDef {
    return azureConfigDef;
  }
  taskClass() {
    return AzureTask;
  }
  override validate(props: Props): Promise<ConfigReport> {
    return validateConfig(props, azureConfigDef, {
      addressKey: SERVER_URL,
      settingsOf: azureSettings,
      lookAround: (right, settings) => lookAtServer(azureConfigDef.parse(right), settings),
    });
  }
}

class AzureTask extends FhirSinkTask {
  protected settingsOf = azureSettings;
}
