// Runs before the npm scripts, with whatever Node the machine has: installs what the lockfile asks
// for when it is not there yet, and does nothing (in milliseconds) when it is. Of two scripts that are
// started at the same time one installs, and the other waits for it.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const stamp = join(root, "node_modules", ".installed-lockfile");
// Beside node_modules, which `npm ci` removes.
const lock = join(root, ".installing");
const LOOK_AGAIN_MS = 200;
let hasSaidSo = false;

const isInstalled = () => {
  const lockfile = readFileSync(join(root, "package-lock.json"));
  const wanted = createHash("sha256").update(lockfile).digest("hex");
  return { wanted, done: existsSync(stamp) && readFileSync(stamp, "utf8") === wanted };
};

/** Says false when somebody else installs, after a while: then one has to look again. */
function takeLock() {
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
  if (isAlive(lock)) {
    if (!hasSaidSo) process.stderr.write(`Waiting for another installation (${lock}) …\n`);
    hasSaidSo = true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_AGAIN_MS);
  } else rmSync(lock, { force: true });
  return false;
}

/** Whether the process that wrote its id there still runs; one that was killed leaves the file behind. */
function isAlive(file) {
  try {
    process.kill(Number(readFileSync(file, "utf8")), 0);
    return true;
  } catch (error) {
    return error.code !== "ESRCH";
  }
}

while (!isInstalled().done) {
  if (!takeLock()) continue;
  try {
    install(isInstalled());
  } finally {
    rmSync(lock, { force: true });
  }
}

function install({ wanted, done }) {
  if (done) return;
  process.stderr.write("Installing the packages of package-lock.json (once) …\n");
  const npm = process.env.npm_execpath;
  const [command, ...args] = npm ? [process.execPath, npm, "ci"] : ["npm", "ci"];
  // npm's own lines go to stderr, because stdout belongs to the script that runs next (`--json`).
  const result = spawnSync(command, args, { cwd: root, stdio: ["ignore", 2, 2] });
  if (result.status !== 0) {
    process.stderr.write("The installation failed; see npm's lines above.\n");
    rmSync(lock, { force: true });
    process.exit(result.status ?? 1);
  }
  writeFileSync(stamp, wanted);
}
