export { tokenCache } from "./token-cache.ts";
export type { Token, TokenSource } from "./token-cache.ts";
export {
  TokenRefusedError,
  TokenUnavailableError,
  formRequest,
  requestToken,
} from "./token-request.ts";
export { clientCredentialsToken } from "./client-credentials.ts";
export {
  certificateOf,
  certificateThumbprint,
  clientAssertion,
  privateKeyOf,
} from "./client-assertion.ts";
export type { AssertionAlgorithm } from "./client-assertion.ts";
