import { ConfigDef, nonEmptyString, oneOf } from "#connect-api";
import { INTERACTION, writingKeys } from "../config.ts";

export const PROJECT = "google.project";
export const LOCATION = "google.location";
export const DATASET = "google.dataset";
export const FHIR_STORE = "google.fhir.store";
export const CREDENTIALS = "google.credentials";
export const ENDPOINT = "google.api.endpoint";
export const STORE_CHECK = "google.store.check";

const STORE = "Google Cloud";

const name = (displayName: string, documentation: string) =>
  ({
    type: "STRING",
    importance: "HIGH",
    validator: nonEmptyString,
    group: STORE,
    displayName,
    documentation,
  }) as const;

export const googleConfigDef = new ConfigDef({
  [PROJECT]: name("Project", "Id of the Google Cloud project."),
  [LOCATION]: name("Location", "Location of the dataset, such as `europe-west4`."),
  [DATASET]: name("Dataset", "Healthcare dataset of the store."),
  [FHIR_STORE]: name("FHIR store", "Id of the FHIR store; its version must be R4."),
  [CREDENTIALS]: {
    type: "PASSWORD",
    default: null,
    importance: "HIGH",
    group: STORE,
    displayName: "Credentials",
    documentation:
      "Text of a credentials file: a service account's key, or the configuration of workload identity federation. Without it: application default credentials (`GOOGLE_APPLICATION_CREDENTIALS`, gcloud, or the identity of the machine or pod, which needs no key at all).",
  },
  [ENDPOINT]: {
    type: "STRING",
    default: null,
    importance: "LOW",
    group: STORE,
    displayName: "API endpoint",
    documentation: "Address of the API, for private access; by default Google's own.",
  },
  [STORE_CHECK]: {
    type: "BOOLEAN",
    default: true,
    importance: "LOW",
    group: STORE,
    displayName: "Check the store",
    documentation:
      "Whether `validate` and the POST of a config look at the store and refuse what cannot work, such as `enableUpdateCreate` switched off. It needs `healthcare.fhirStores.get`.",
  },
  ...writingKeys,
  [INTERACTION]: {
    ...writingKeys[INTERACTION],
    validator: oneOf("batch", "transaction"),
    documentation:
      "`batch`: Bundles in which each resource stands for itself. `transaction`: Bundles that are stored as a whole or not at all (4,500 entries at most); one that fails is cut in two until the culprit is found.",
  },
});
