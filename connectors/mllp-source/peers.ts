import { BlockList, isIP } from "node:net";
import { ConfigError } from "#connect-api";
import {
  ALLOWED_PEERS,
  PEER_BURST_SECONDS,
  PEER_BYTES_PER_SECOND,
  PEER_CONNECTIONS_MAX,
  PEER_MESSAGES_PER_SECOND,
  PROXIES,
} from "./config.ts";
import type { MllpConfig } from "./config.ts";
import { TokenBucket } from "./token-bucket.ts";

/** What one address has open and may still send. */
export interface PeerAccount {
  readonly address: string;
  connections: number;
  readonly messages: TokenBucket | undefined;
  readonly bytes: TokenBucket | undefined;
}

/** Who may connect, and how much each address may do. */
export class Peers {
  readonly #config: MllpConfig;
  readonly #allowed: BlockList | undefined;
  readonly #proxies: BlockList | undefined;
  readonly #accounts = new Map<string, PeerAccount>();

  /** Throws ConfigError for an address that cannot be read. */
  constructor(config: MllpConfig) {
    this.#config = config;
    this.#allowed = listOf(ALLOWED_PEERS, config[ALLOWED_PEERS]);
    this.#proxies = listOf(PROXIES, config[PROXIES]);
  }

  isAllowed(address: string): boolean {
    return this.#allowed === undefined || isIn(this.#allowed, address);
  }

  isProxy(address: string): boolean {
    return this.#proxies !== undefined && isIn(this.#proxies, address);
  }

  /** One more connection of that address; undefined when it has enough. */
  enter(address: string, now: number): PeerAccount | undefined {
    const config = this.#config;
    let account = this.#accounts.get(address);
    if (!account) {
      const bucket = (perSecond: number): TokenBucket | undefined =>
        perSecond === 0 ? undefined : new TokenBucket(perSecond, config[PEER_BURST_SECONDS], now);
      account = {
        address,
        connections: 0,
        messages: bucket(config[PEER_MESSAGES_PER_SECOND]),
        bytes: bucket(config[PEER_BYTES_PER_SECOND]),
      };
      this.#accounts.set(address, account);
    }
    if (account.connections >= config[PEER_CONNECTIONS_MAX]) return undefined;
    account.connections += 1;
    return account;
  }

  leave(account: PeerAccount): void {
    account.connections -= 1;
    // With a rate, the account outlives the connection: connecting again must not refill it.
    const isFull = account.messages === undefined && account.bytes === undefined;
    if (account.connections === 0 && (isFull || this.#accounts.size > 10_000)) {
      this.#accounts.delete(account.address);
    }
  }

  get size(): number {
    return this.#accounts.size;
  }
}

/** An IPv4 address that came over an IPv6 socket as itself. */
export function plainAddress(address: string | undefined): string {
  return (address ?? "").replace(/^::ffff:(?=\d+\.)/i, "");
}

function isIn(list: BlockList, address: string): boolean {
  const version = isIP(address);
  return version !== 0 && list.check(address, version === 6 ? "ipv6" : "ipv4");
}

function listOf(key: string, entries: readonly string[]): BlockList | undefined {
  if (entries.length === 0) return undefined;
  const list = new BlockList();
  for (const entry of entries) {
    const [address = "", bits] = entry.split("/");
    const version = isIP(address);
    const family = version === 6 ? "ipv6" : "ipv4";
    try {
      if (version === 0) throw new Error("no address");
      if (bits === undefined) list.addAddress(address, family);
      else list.addSubnet(address, bits === "" ? Number.NaN : Number(bits), family);
    } catch (cause) {
      const message = `Invalid value ${entry} for configuration ${key}: write an address or a network such as 10.1.0.0/16`;
      throw new ConfigError("CONFIG_INVALID", message, { key, cause });
    }
  }
  return list;
}
