export { WORKER_VERSION, startWorker } from "./worker.ts";
export type { Worker } from "./worker.ts";
