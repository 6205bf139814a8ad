// Loaded into a worker with NODE_OPTIONS=--import: the wall clock jumps by as many milliseconds as the file named
// by CLOCK_OFFSET holds. The monotonic clock goes on, as it does when an operator sets the time.
import { readFileSync } from "node:fs";

const file = process.env["CLOCK_OFFSET"] ?? "";
let offset = 0;
const now = Date.now;

setInterval(() => {
  try {
    offset = Number(readFileSync(file, "utf8")) || 0;
  } catch {
    offset = 0;
  }
}, 20).unref();

const RealDate = Date;
function JumpingDate(this: unknown, ...args: unknown[]): unknown {
  const values = args.length === 0 ? [now() + offset] : args;
  if (new.target === undefined) return new RealDate(now() + offset).toString();
  return new (RealDate as unknown as new (...all: unknown[]) => Date)(...values);
}
Object.setPrototypeOf(JumpingDate, RealDate);
JumpingDate.prototype = RealDate.prototype;
JumpingDate.now = () => now() + offset;
globalThis.Date = JumpingDate as unknown as DateConstructor;
