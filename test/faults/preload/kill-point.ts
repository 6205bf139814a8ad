// Loaded into a worker with NODE_OPTIONS=--import: the process kills itself at a point that nothing outside of
// it could hit, once the file named by KILL_WHEN exists.
//
//   KILL_AT=answer      an answer is about to be written to an MLLP sender
//   KILL_AT=end-txn     the end of a transaction is about to be asked of Kafka
import { existsSync } from "node:fs";
import { Socket } from "node:net";

const point = process.env["KILL_AT"];
const flag = process.env["KILL_WHEN"] ?? "";
/** Kafka's number for EndTxn. Source: Kafka protocol guide. */
const END_TXN = 26;

function isPoint(chunk: unknown): boolean {
  if (!(chunk instanceof Uint8Array)) return false;
  if (point === "answer") return chunk[0] === 0x0b && chunk[1] === 0x4d && chunk[2] === 0x53;
  // Length (4 bytes), API key, API version.
  return chunk.length > 8 && chunk[4] === 0 && chunk[5] === END_TXN && chunk[6] === 0;
}

const write = Socket.prototype.write;
Socket.prototype.write = function killingWrite(this: Socket, ...args: unknown[]): boolean {
  if (isPoint(args[0]) && existsSync(flag)) process.kill(process.pid, "SIGKILL");
  return (write as (...all: unknown[]) => boolean).apply(this, args);
} as typeof write;
