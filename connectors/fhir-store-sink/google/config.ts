import {
  ConfigDef,
  GOOGLE_STORE_CHECK,
  googleCloudKeys,
  nonEmptyString,
  oneOf,
} from "#connect-api";
import { INTERACTION, writingKeys } from "../config.ts";

export const FHIR_STORE = "google.fhir.store";

export const googleConfigDef = new ConfigDef({
  ...googleCloudKeys,
  [FHIR_STORE]: {
    type: "STRING",
    importance: "HIGH",
    validator: nonEmptyString,
    group: "Google Cloud",
    displayName: "FHIR store",
    documentation: "Id of the FHIR store; its version must be R4.",
  },
  [GOOGLE_STORE_CHECK]: {
    ...googleCloudKeys[GOOGLE_STORE_CHECK],
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
