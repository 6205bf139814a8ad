// The double as a process of its own, for benchmarks: prints its address, and ends with its input.
import { SnowflakeDouble } from "./server.ts";

const double = await SnowflakeDouble.start({
  users: {
    LOADER: { password: "invented-password", defaultWarehouse: "LOAD", defaultRole: "INGEST" },
  },
  roles: { INGEST: [["CREATE TABLE", "SCHEMA", "BRONZE.PUBLIC"]] },
});
double.trustMerges();
const delayMs = Number(process.argv[2] ?? 0);
if (delayMs > 0) {
  double.fault = ({ sql }) => (sql === "COMMIT" ? { kind: "delay", ms: delayMs } : undefined);
}
process.stdout.write(`${double.url}\n`);
process.stdin.resume().once("end", () => void double.stop().then(() => process.exit(0)));
