import { atLeast } from "#connect-api";
import type { ConfigKeys } from "#connect-api";

export const AUDIT_TOPIC = "audit.topic";
export const AUDIT_SYSLOG = "audit.syslog";
export const AUDIT_SYSLOG_CA_FILE = "audit.syslog.ca.file";
export const AUDIT_SYSLOG_CERT_FILE = "audit.syslog.certificate.file";
export const AUDIT_SYSLOG_KEY_FILE = "audit.syslog.key.file";
export const AUDIT_SYSLOG_WAITING_MAX = "audit.syslog.waiting.max";

const GROUP = "Audit";

export const auditKeys = {
  [AUDIT_TOPIC]: {
    type: "STRING",
    default: "",
    importance: "LOW",
    group: GROUP,
    displayName: "Audit topic",
    documentation:
      "Topic of audit events (listener, connections, refused peers, outcome of each message), JSON without patient data. Empty: none.",
  },
  [AUDIT_SYSLOG]: {
    type: "STRING",
    default: "",
    importance: "LOW",
    group: GROUP,
    displayName: "Audit repository",
    documentation:
      "Audit Record Repository that gets the same events by syslog (RFC 5424) in the form of IHE ATNA (ITI-20, DICOM PS3.15): `tls://audit.example:6514`, `udp://audit.example:514`, or `tcp://` on the own machine. Empty: none.",
  },
  [AUDIT_SYSLOG_CA_FILE]: {
    type: "STRING",
    default: null,
    importance: "LOW",
    group: GROUP,
    displayName: "Audit CA file",
    documentation: "Certificates (PEM) that sign the repository's certificate.",
  },
  [AUDIT_SYSLOG_CERT_FILE]: {
    type: "STRING",
    default: null,
    importance: "LOW",
    group: GROUP,
    displayName: "Audit certificate file",
    documentation:
      "Certificate chain (PEM) that is shown to the repository, for mutual TLS (ITI-19).",
  },
  [AUDIT_SYSLOG_KEY_FILE]: {
    type: "STRING",
    default: null,
    importance: "LOW",
    group: GROUP,
    displayName: "Audit key file",
    documentation: "Private key of that certificate (PEM).",
  },
  [AUDIT_SYSLOG_WAITING_MAX]: {
    type: "INT",
    default: 10_000,
    importance: "LOW",
    validator: atLeast(1),
    group: GROUP,
    displayName: "Waiting audit events",
    documentation:
      "Events that are kept while the repository is away; more are lost, which is counted, logged, and told to the repository when it is back.",
  },
} as const satisfies ConfigKeys;
