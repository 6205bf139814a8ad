import { after } from "node:test";
import { sharedHapi, stopSharedHapi } from "../../servers/hapi-fhir.ts";
import { claimsOn } from "../any-server.ts";

/* HAPI FHIR's JPA server (Maven): real references, codes, versions, transactions and history. It takes minutes to start. */

claimsOn("HAPI FHIR", async (t) => ({
  url: (await sharedHapi(t)).url,
  checksReferences: true,
  remembersDeletions: true,
  // HAPI cannot read this code, and then refuses the Bundle as a whole.
  refused: (id) => ({ resourceType: "Patient", id, gender: "nonsense" }),
}));

after(stopSharedHapi);
