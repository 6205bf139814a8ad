// The command line: npm run cli -- <command> …  (installed: clinical-connect <command> …)
//
// stdout is data, stderr is words. Exit codes: 0 done, 1 it failed, 2 the command is not understood.
import { runCommandLine } from "./command-line.ts";

// A reader that closes the pipe (| head) has seen enough.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

const exitCode = await runCommandLine(process.argv.slice(2), process);
// A command may have set one of its own, such as that it found errors.
if (exitCode !== 0) process.exitCode = exitCode;
