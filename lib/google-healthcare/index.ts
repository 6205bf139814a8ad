export { openHealthcare } from "./healthcare-client.ts";
export type { GoogleAnswer, GoogleSettings, HealthcareClient } from "./healthcare-client.ts";
export { GoogleCredentialsError, GoogleSdkMissingError, GoogleUnreachableError } from "./errors.ts";
