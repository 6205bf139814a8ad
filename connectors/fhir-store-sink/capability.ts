import { StoreSetupError, StoreUnreachableError, parsedObject } from "#lib/fhir-store";
import type { FhirStore } from "#lib/fhir-store";
import { CAPABILITY_CHECK, INTERACTION, UPDATE_MODE } from "./config.ts";
import type { Settings, WritingValues } from "./settings.ts";

interface Rest {
  readonly mode?: unknown;
  readonly interaction?: readonly { readonly code?: unknown }[];
  readonly resource?: readonly {
    readonly updateCreate?: unknown;
    readonly conditionalUpdate?: unknown;
  }[];
}

interface Statement {
  readonly resourceType?: unknown;
  readonly fhirVersion?: unknown;
  readonly rest?: readonly Rest[];
}

/** One thing that a server cannot do, on the setting that asks for it; an empty key: the address. */
export interface Shortcoming {
  readonly key: string | undefined;
  readonly why: string;
}

/** What `validate` finds out about a server, when that is asked for. */
export async function lookAtServer(
  values: WritingValues & { readonly [CAPABILITY_CHECK]: boolean },
  settings: Settings,
): Promise<readonly Shortcoming[]> {
  if (!values[CAPABILITY_CHECK]) return [];
  const store = await settings.openStore();
  try {
    return await shortcomingsOf(store, values);
  } finally {
    store.close();
  }
}

/**
 * Reads the CapabilityStatement and compares it with what the settings need. What a statement does not say counts as
 * possible: many are incomplete.
 */
async function shortcomingsOf(
  store: FhirStore,
  values: WritingValues,
): Promise<readonly Shortcoming[]> {
  let statement: Statement;
  try {
    const answer = await store.request({ method: "GET", path: "metadata" });
    if (answer.status === 401 || answer.status === 403) {
      return [{ key: undefined, why: `The server refuses the credentials (${answer.status})` }];
    }
    statement = (parsedObject(answer.body) ?? {}) as Statement;
    if (answer.status !== 200 || statement.resourceType !== "CapabilityStatement") {
      const why = `There is no FHIR server at this address (metadata answers ${answer.status})`;
      return [{ key: undefined, why }];
    }
  } catch (error) {
    if (!(error instanceof StoreUnreachableError || error instanceof StoreSetupError)) throw error;
    return [{ key: undefined, why: error.message }];
  }
  return compare(statement, values);
}

function compare({ fhirVersion, rest }: Statement, values: WritingValues): readonly Shortcoming[] {
  const found: Shortcoming[] = [];
  if (typeof fhirVersion === "string" && !/^4\.[0-3](\.|$)/.test(fhirVersion)) {
    found.push({ key: undefined, why: "The server does not speak FHIR R4" });
  }
  const server = rest?.find(({ mode }) => mode === "server");
  const codes = (server?.interaction ?? []).map(({ code }) => code);
  const interaction = values[INTERACTION];
  // A server that takes transactions takes batches, too, and HAPI's statement names only the first.
  const isPossible =
    codes.includes(interaction) || (interaction === "batch" && codes.includes("transaction"));
  if (interaction !== "single" && codes.length > 0 && !isPossible) {
    found.push({ key: INTERACTION, why: `The server takes no Bundles of type ${interaction}` });
  }
  const resources = server?.resource ?? [];
  const none = (flag: "updateCreate" | "conditionalUpdate"): boolean =>
    resources.length > 0 && resources.every((resource) => resource[flag] === false);
  if (values[UPDATE_MODE] === "id" && none("updateCreate")) {
    const why = `The server does not create resources under ids that it is given (updateCreate); allow it there, or set ${UPDATE_MODE}=identifier`;
    found.push({ key: UPDATE_MODE, why });
  }
  if (values[UPDATE_MODE] === "identifier" && none("conditionalUpdate")) {
    found.push({ key: UPDATE_MODE, why: "The server has no conditional updates" });
  }
  return found;
}
