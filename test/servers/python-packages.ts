import { join } from "node:path";
import { fetchedFolder } from "./fetched-folder.ts";

/** The Python of a virtual environment with these packages (`name==version`). Throws ServerMissingError. */
export function pythonWith(name: string, packages: readonly string[]): string {
  const folder = fetchedFolder(name, (into, run) => {
    run("python3", "-m", "venv", "--copies", join(into, "venv"));
    run(join(into, "venv/bin/python"), "-m", "pip", "install", "-q", ...packages);
  });
  return join(folder, "venv/bin/python");
}
