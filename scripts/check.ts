// `npm run check`: everything that can be said about the tree without running the product.
import { spawnSync } from "node:child_process";

const steps: readonly (readonly [title: string, command: string, ...args: string[]])[] = [
  ["types", "tsc", "-p", "."],
  ["lint", "oxlint", "--deny-warnings"],
  ["format", "oxfmt", "--check", "."],
  ["architecture", "node", "--test", "test/architecture.test.ts"],
  ["generated schemas", "node", "scripts/generate-schemas.ts", "--check"],
  ["released schemas", "node", "cli/main.ts", "schema", "check"],
  ["generated docs", "node", "scripts/generate-docs.ts", "--check"],
];

for (const [title, command, ...args] of steps) {
  const startedAt = performance.now();
  const result = spawnSync(command, args, { encoding: "utf8" });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  if (result.status !== 0) {
    process.stderr.write(`${result.stdout ?? ""}${result.stderr ?? ""}`);
    process.stderr.write(`✖ ${title} (${seconds} s)\n`);
    process.exit(1);
  }
  process.stderr.write(`✔ ${title} (${seconds} s)\n`);
}
