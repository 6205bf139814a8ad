import type { StateInfo } from "./herder.ts";
import type { WorkerContext } from "./worker-context.ts";

export interface RestartOptions {
  readonly includeTasks: boolean;
  readonly onlyFailed: boolean;
}

/** What a request to restart a connector restarts, as the statuses say now. */
export function restartPlan(
  { configs, statuses }: Pick<WorkerContext, "configs" | "statuses">,
  name: string,
  options: RestartOptions,
): { readonly isConnectorWanted: boolean; readonly tasks: readonly number[] } {
  const isWanted = (status: StateInfo | undefined): boolean =>
    status !== undefined && (!options.onlyFailed || status.state === "FAILED");
  const tasks = configs.taskConfigs(name).map((_, task) => task);
  return {
    isConnectorWanted: isWanted(statuses.connector(name)),
    tasks: options.includeTasks ? tasks.filter((task) => isWanted(statuses.task(name, task))) : [],
  };
}
