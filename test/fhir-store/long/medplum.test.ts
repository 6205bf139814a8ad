import { after } from "node:test";
import { startMedplum } from "../../servers/fhir/medplum.ts";
import { claimsOn } from "../any-server.ts";

/* Medplum's router (npm): opaque version ids, no checks of content and references, deleted is missing (404). */

let server: ReturnType<typeof startMedplum> | undefined;

claimsOn("Medplum's router", async () => {
  server ??= startMedplum();
  const { url } = await server;
  return { url, checksReferences: false, remembersDeletions: false };
});

after(async () => (await server)?.stop());
