import type { PeerCertificate } from "node:tls";
import { ConfigError } from "#connect-api";
import { TLS_IDENTITIES } from "./config.ts";
import type { Origin } from "./exchange.ts";

interface Binding {
  readonly kind: "CN" | "SAN" | "SHA256";
  readonly name: string;
  readonly application: string;
  readonly facility: string;
}

/** Which certificate may speak for which MSH-3 and MSH-4. */
export class TlsIdentities {
  readonly #bindings: readonly Binding[];

  /** Throws ConfigError for an entry that cannot be read. */
  constructor(entries: readonly string[]) {
    this.#bindings = entries.map(binding);
  }

  /** What a verified certificate stands for; undefined: the connection has none. */
  origin(address: string, certificate: PeerCertificate | undefined): Origin {
    if (this.#bindings.length === 0) {
      return { address, identity: nameOf(certificate), maySpeakFor: () => true };
    }
    const own = certificate
      ? this.#bindings.filter((each) => isOf(each, certificate))
      : this.#bindings.filter(() => false);
    return {
      address,
      identity: nameOf(certificate),
      maySpeakFor: (application, facility) =>
        own.some((each) => fits(each.application, application) && fits(each.facility, facility)),
    };
  }
}

const fits = (pattern: string, name: string): boolean => pattern === "*" || pattern === name;

function isOf({ kind, name }: Binding, certificate: PeerCertificate): boolean {
  switch (kind) {
    case "CN":
      return commonName(certificate) === name;
    case "SAN":
      return alternativeNames(certificate).includes(name);
    case "SHA256":
      return plainHex(certificate.fingerprint256) === plainHex(name);
  }
}

/** Upper case without colons. */
const plainHex = (text: string): string => text.replaceAll(":", "").toUpperCase();

function nameOf(certificate: PeerCertificate | undefined): string | undefined {
  if (!certificate) return undefined;
  const name = commonName(certificate);
  return name === undefined ? `SHA256=${plainHex(certificate.fingerprint256)}` : `CN=${name}`;
}

function commonName({ subject }: PeerCertificate): string | undefined {
  const name: unknown = subject?.CN;
  return typeof name === "string" ? name : undefined;
}

/** DNS names and addresses. OpenSSL quotes entries that could be taken for two, so those are left out. */
function alternativeNames({ subjectaltname }: PeerCertificate): readonly string[] {
  return (subjectaltname ?? "")
    .split(", ")
    .map((entry) => /^(?:DNS|IP Address|URI):([^"]+)$/.exec(entry)?.[1] ?? "")
    .filter((name) => name !== "");
}

function binding(entry: string): Binding {
  const match = /^(CN|SAN|SHA256)=(.+)=([^=|]+)\|([^=|]+)$/.exec(entry);
  const [, kind, name = "", application = "", facility = ""] = match ?? [];
  if (kind === undefined) {
    const message = `Invalid value ${entry} for configuration ${TLS_IDENTITIES}: write CN=name=APPLICATION|FACILITY (or SAN=, SHA256=)`;
    throw new ConfigError("CONFIG_INVALID", message, { key: TLS_IDENTITIES });
  }
  return { kind: kind as Binding["kind"], name, application, facility };
}
