// Runs before the npm scripts, with whatever Node the machine has: installs what the lockfile asks
// for when it is not there yet, and does nothing (in milliseconds) when it is.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const stamp = join(root, "node_modules", ".installed-lockfile");
const wanted = createHash("sha256")
  .update(readFileSync(join(root, "package-lock.json")))
  .digest("hex");

if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) {
  process.stderr.write("Installing the packages of package-lock.json (once) …\n");
  const npm = process.env.npm_execpath;
  const [command, ...args] = npm ? [process.execPath, npm, "ci"] : ["npm", "ci"];
  // npm's own lines go to stderr, because stdout belongs to the script that runs next (`--json`).
  const result = spawnSync(command, args, { cwd: root, stdio: ["ignore", 2, 2] });
  if (result.status !== 0) {
    process.stderr.write("The installation failed; see npm's lines above.\n");
    process.exit(result.status ?? 1);
  }
  writeFileSync(stamp, wanted);
}
