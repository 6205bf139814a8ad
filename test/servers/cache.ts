import { homedir } from "node:os";
import { join } from "node:path";

/** Where fetched servers are kept, outside of the repository: one folder per name and version. */
export function cacheFolder(name: string): string {
  const root =
    process.env["CLINICAL_CONNECT_CACHE"] ??
    join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "clinical-connect");
  return join(root, name);
}
