/** What the first bytes of a connection say about the sender behind a load balancer. */
export type ProxyHeader =
  /** Not all of it is there yet. */
  | { readonly kind: "incomplete" }
  | { readonly kind: "invalid" }
  /** `address` undefined: the proxy itself is calling (health check). `length` in bytes. */
  | { readonly kind: "header"; readonly address: string | undefined; readonly length: number };

const V2_SIGNATURE = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];
/** The longest line of version 1, with its CR LF. */
const V1_LENGTH_MAX = 107;
const V2_LENGTH_MAX = 4096;

/**
 * Reads a PROXY protocol header, version 1 (text) or 2 (binary).
 *
 * Source: "The PROXY protocol, versions 1 & 2", HAProxy Technologies.
 */
export function readProxyHeader(bytes: Uint8Array): ProxyHeader {
  const compared = Math.min(bytes.length, V2_SIGNATURE.length);
  if (compared > 0 && V2_SIGNATURE.slice(0, compared).every((byte, at) => bytes[at] === byte)) {
    return compared < V2_SIGNATURE.length ? { kind: "incomplete" } : versionTwo(bytes);
  }
  return versionOne(bytes);
}

function versionOne(bytes: Uint8Array): ProxyHeader {
  const text = Buffer.from(bytes.subarray(0, V1_LENGTH_MAX)).toString("latin1");
  const end = text.indexOf("\r\n");
  if (end < 0) {
    const prefix = "PROXY ";
    const isPossible =
      prefix.startsWith(text.slice(0, prefix.length)) && text.length < V1_LENGTH_MAX;
    return { kind: isPossible ? "incomplete" : "invalid" };
  }
  const [word, family, source, , sourcePort, ...rest] = text.slice(0, end).split(" ");
  if (word !== "PROXY") return { kind: "invalid" };
  const length = end + 2;
  if (family === "UNKNOWN") return { kind: "header", address: undefined, length };
  const isKnown = (family === "TCP4" || family === "TCP6") && /^[0-9a-fA-F.:]+$/.test(source ?? "");
  if (!isKnown || rest.length !== 1 || !/^\d{1,5}$/.test(sourcePort ?? "")) {
    return { kind: "invalid" };
  }
  return { kind: "header", address: source, length };
}

function versionTwo(bytes: Uint8Array): ProxyHeader {
  if (bytes.length < 16) return { kind: "incomplete" };
  const [command = 0, family = 0] = bytes.subarray(12);
  const length = 16 + (((bytes[14] as number) << 8) | (bytes[15] as number));
  if (command >> 4 !== 2 || length > V2_LENGTH_MAX) return { kind: "invalid" };
  if (bytes.length < length) return { kind: "incomplete" };
  if ((command & 0x0f) === 0) return { kind: "header", address: undefined, length };
  if ((command & 0x0f) !== 1) return { kind: "invalid" };
  if (family >> 4 === 1 && length >= 28) {
    return { kind: "header", address: bytes.subarray(16, 20).join("."), length };
  }
  if (family >> 4 === 2 && length >= 52) {
    const groups = Array.from({ length: 8 }, (_, group) =>
      (((bytes[16 + group * 2] as number) << 8) | (bytes[17 + group * 2] as number)).toString(16),
    );
    return { kind: "header", address: groups.join(":"), length };
  }
  return { kind: "header", address: undefined, length };
}
