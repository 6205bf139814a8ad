import { atLeast, between, nonEmptyString, oneOf } from "#connect-api";
import type { ConfigKeys } from "#connect-api";

export const PORT = "mllp.port";
export const BIND_ADDRESS = "mllp.bind.address";
export const ALLOW_PLAINTEXT = "mllp.allow.plaintext";
export const LISTEN_RETRY_MS = "mllp.listen.retry.ms";
export const FRAMING = "mllp.framing";
export const ALLOWED_PEERS = "mllp.allowed.peers";
export const PROXIES = "mllp.proxy.protocol.peers";
export const TLS_CERT_FILE = "mllp.tls.certificate.file";
export const TLS_KEY_FILE = "mllp.tls.key.file";
export const TLS_KEY_PASSWORD = "mllp.tls.key.password";
export const TLS_CLIENT_AUTH = "mllp.tls.client.auth";
export const TLS_CA_FILE = "mllp.tls.ca.file";
export const TLS_CRL_FILE = "mllp.tls.crl.file";
export const TLS_MIN_VERSION = "mllp.tls.min.version";
export const TLS_CIPHERS = "mllp.tls.ciphers";
export const TLS_IDENTITIES = "mllp.tls.identities";
export const TLS_HANDSHAKES_PER_SECOND = "mllp.tls.handshakes.per.second";

const GROUP = "Listener";
const TLS = "TLS";

export const listenerKeys = {
  [PORT]: {
    type: "INT",
    importance: "HIGH",
    validator: between(0, 65_535),
    group: GROUP,
    displayName: "Port",
    documentation: "TCP port to listen on. 0 takes a free one, which only tests can use.",
  },
  [BIND_ADDRESS]: {
    type: "STRING",
    default: "127.0.0.1",
    importance: "HIGH",
    validator: nonEmptyString,
    group: GROUP,
    displayName: "Bind address",
    documentation:
      "Address to listen on; the default is this machine alone, 0.0.0.0 opens the port to the network. An address other than the loopback needs TLS, or `mllp.allow.plaintext=true`.",
  },
  [ALLOW_PLAINTEXT]: {
    type: "BOOLEAN",
    default: false,
    importance: "MEDIUM",
    group: GROUP,
    displayName: "Allow plain text",
    documentation:
      "Listen without TLS on an address that others can reach. Patient data then travels unencrypted: only behind a VPN or on a network of its own.",
  },
  [LISTEN_RETRY_MS]: {
    type: "LONG",
    default: 30_000,
    importance: "LOW",
    validator: atLeast(0),
    group: GROUP,
    displayName: "Listen retry",
    documentation:
      "How long a task tries to get its port while another process has it, in milliseconds, before it fails. Covers the hand-over from an old task.",
  },
  [FRAMING]: {
    type: "STRING",
    default: "lenient",
    importance: "LOW",
    validator: oneOf("lenient", "strict"),
    group: GROUP,
    displayName: "Framing",
    documentation:
      "`lenient` passes over white space and up to 4 KiB of other bytes between frames, and takes FS LF and a lone FS for an end. `strict` closes the connection of whoever sends anything but VT … FS CR.",
  },
  [ALLOWED_PEERS]: {
    type: "LIST",
    default: [],
    importance: "MEDIUM",
    group: GROUP,
    displayName: "Allowed peers",
    documentation:
      "Addresses and networks (`10.1.0.0/16`, `2001:db8::/32`) that may connect; checked before TLS. Empty: everybody.",
  },
  [PROXIES]: {
    type: "LIST",
    default: [],
    importance: "LOW",
    group: GROUP,
    displayName: "PROXY protocol peers",
    documentation:
      "Load balancers that announce the sender's address by PROXY protocol 1 or 2. A connection from one of them must begin with it; from anybody else it is not MLLP.",
  },
  [TLS_CERT_FILE]: {
    type: "STRING",
    default: null,
    importance: "HIGH",
    group: TLS,
    displayName: "Certificate file",
    documentation:
      "Certificate chain (PEM). With it the listener speaks TLS alone. Read again within a second when the file changes; open connections go on.",
  },
  [TLS_KEY_FILE]: {
    type: "STRING",
    default: null,
    importance: "HIGH",
    group: TLS,
    displayName: "Key file",
    documentation: "Private key of the certificate (PEM), for no one else to read.",
  },
  [TLS_KEY_PASSWORD]: {
    type: "PASSWORD",
    default: null,
    importance: "MEDIUM",
    group: TLS,
    displayName: "Key password",
    documentation: "Passphrase of the private key.",
  },
  [TLS_CLIENT_AUTH]: {
    type: "STRING",
    default: "none",
    importance: "HIGH",
    validator: oneOf("none", "requested", "required"),
    group: TLS,
    displayName: "Client certificates",
    documentation:
      "`required` is mutual TLS as IHE ATNA wants it: who has no certificate of `mllp.tls.ca.file` does not get in. `requested` checks those that are shown.",
  },
  [TLS_CA_FILE]: {
    type: "STRING",
    default: null,
    importance: "MEDIUM",
    group: TLS,
    displayName: "CA file",
    documentation: "Certificates (PEM) that sign the senders' certificates.",
  },
  [TLS_CRL_FILE]: {
    type: "STRING",
    default: null,
    importance: "LOW",
    group: TLS,
    displayName: "Revocation list",
    documentation: "Revocation lists (PEM) of those CAs. Read again when the file changes.",
  },
  [TLS_MIN_VERSION]: {
    type: "STRING",
    default: "TLSv1.2",
    importance: "LOW",
    validator: oneOf("TLSv1.2", "TLSv1.3"),
    group: TLS,
    displayName: "Oldest TLS version",
    documentation: "Older versions are refused. TLS 1.3 is used with whoever speaks it.",
  },
  [TLS_CIPHERS]: {
    type: "STRING",
    default:
      "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384:DHE-RSA-AES128-GCM-SHA256",
    importance: "LOW",
    validator: nonEmptyString,
    group: TLS,
    displayName: "Cipher suites",
    documentation:
      "OpenSSL's names; the default holds the suites of IHE ITI-19 (BCP 195) and those of TLS 1.3.",
  },
  [TLS_IDENTITIES]: {
    type: "LIST",
    default: [],
    importance: "MEDIUM",
    group: TLS,
    displayName: "Identities",
    documentation:
      "Who may speak for whom: `CN=lab.example=LAB|HOSP` binds a certificate (`CN=`, `SAN=` or `SHA256=` and its fingerprint) to MSH-3 and MSH-4; `*` stands for any. With a list, a message of another sender gets AR and is not stored.",
  },
  [TLS_HANDSHAKES_PER_SECOND]: {
    type: "INT",
    default: 500,
    importance: "LOW",
    validator: atLeast(0),
    group: TLS,
    displayName: "Handshakes per second",
    documentation:
      "A handshake costs a millisecond of CPU; beyond this rate new connections wait, so that the open ones keep their share. 0: no limit.",
  },
} as const satisfies ConfigKeys;
