import type { TestContext } from "node:test";

/** What the tests' servers ask of a test: somebody who ends them. */
export function benchContext(): { readonly context: TestContext; close(): Promise<void> } {
  const steps: (() => unknown)[] = [];
  const context = {
    after: (step: () => unknown) => void steps.push(step),
    diagnostic: () => {},
    skip: (reason: string) => process.stderr.write(`${reason}\n`),
  };
  return {
    context: context as unknown as TestContext,
    async close() {
      for (const step of steps.toReversed()) await step();
    },
  };
}
