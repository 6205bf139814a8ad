import type { SchemalessMap } from "./requirements.ts";

/** A member of a schemaless map; null when it is absent, also for the names that every object knows. */
export function member(map: SchemalessMap, name: string): unknown {
  return Object.hasOwn(map, name) ? (map[name] ?? null) : null;
}

/** Sets a member, also one that is called `__proto__`. */
export function setMember(map: Record<string, unknown>, name: string, value: unknown): void {
  if (name === "__proto__") {
    Object.defineProperty(map, name, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  } else map[name] = value;
}
