import { RegistryError } from "../registry-error.ts";

export function notFound(errorCode: number, message: string): RegistryError {
  return new RegistryError("SCHEMA_NOT_FOUND", message, { errorCode });
}

export function refused(errorCode: number, message: string): RegistryError {
  return new RegistryError("SCHEMA_INVALID", message, { errorCode });
}

export function noSetting(what: string, scope: string): string {
  return `Subject '${scope}' does not have subject-level ${what} configured`;
}
