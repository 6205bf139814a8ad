import { nonEmptyString } from "../config-def/index.ts";

/** Settings of every connector to Google Cloud's Healthcare API. */

export const GOOGLE_PROJECT = "google.project";
export const GOOGLE_LOCATION = "google.location";
export const GOOGLE_DATASET = "google.dataset";
export const GOOGLE_CREDENTIALS = "google.credentials";
export const GOOGLE_ENDPOINT = "google.api.endpoint";
export const GOOGLE_STORE_CHECK = "google.store.check";

const GROUP = "Google Cloud";

const name = (displayName: string, documentation: string) =>
  ({
    type: "STRING",
    importance: "HIGH",
    validator: nonEmptyString,
    group: GROUP,
    displayName,
    documentation,
  }) as const;

export const googleCloudKeys = {
  [GOOGLE_PROJECT]: name("Project", "Id of the Google Cloud project."),
  [GOOGLE_LOCATION]: name("Location", "Location of the dataset, such as `europe-west4`."),
  [GOOGLE_DATASET]: name("Dataset", "Healthcare dataset of the store."),
  [GOOGLE_CREDENTIALS]: {
    type: "PASSWORD",
    default: null,
    importance: "HIGH",
    group: GROUP,
    displayName: "Credentials",
    documentation:
      "Text of a credentials file: a service account's key, or the configuration of workload identity federation. Without it: application default credentials (`GOOGLE_APPLICATION_CREDENTIALS`, gcloud, or the identity of the machine or pod, which needs no key at all).",
  },
  [GOOGLE_ENDPOINT]: {
    type: "STRING",
    default: null,
    importance: "LOW",
    group: GROUP,
    displayName: "API endpoint",
    documentation: "Address of the API, for private access; by default Google's own.",
  },
  [GOOGLE_STORE_CHECK]: {
    type: "BOOLEAN",
    default: true,
    importance: "LOW",
    group: GROUP,
    displayName: "Check the store",
    documentation:
      "Whether `validate` and the POST of a config look at the store and refuse what cannot work. It needs the permission to get the store.",
  },
} as const;
