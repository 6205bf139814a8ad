/**
 * Ports that tasks of this process listen on: a connector that is posted anew finds its port taken by its own
 * task, which gives it back before the next one starts.
 */
const openPorts = new Map<object, { readonly port: number; readonly connector: string }>();

export function noteOpen(task: object, port: number, connector: string): void {
  openPorts.set(task, { port, connector });
}

export function noteClosed(task: object): void {
  openPorts.delete(task);
}

export function isListening(port: number, connector: string | undefined): boolean {
  return [...openPorts.values()].some((each) => each.port === port && each.connector === connector);
}
