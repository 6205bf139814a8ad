export {
  TlsSettingsError,
  isNameChecked,
  tlsAlgorithms,
  tlsKey,
  tlsTrust,
} from "./tls-settings.ts";
export type { SslSettings, TlsKey, TlsTrust } from "./tls-settings.ts";
