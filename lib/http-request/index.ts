export { HttpRequestError, httpClient } from "./http-client.ts";
export type { HttpAnswer, HttpClient, HttpRequest, TlsSettings } from "./http-client.ts";
