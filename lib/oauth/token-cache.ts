/** An access token and how long it holds, as a token endpoint gives it. */
export interface Token {
  readonly value: string;
  /** Seconds from now. */
  readonly expiresInSeconds: number;
}

export interface TokenSource {
  /** A token that holds for a while yet. */
  token(): Promise<string>;
  /** The store refused this token: the next call gets a new one. */
  refused(token: string): void;
}

/** A token is renewed when less than this is left, or than a fifth of its life. */
const AHEAD_MS = 300_000;

/**
 * Keeps one token, renews it before it ends, and asks once however many wait for it. While a token still holds, a failed
 * renewal is no trouble yet.
 */
export function tokenCache(
  fetchToken: () => Promise<Token>,
  now: () => number = () => performance.now(),
): TokenSource {
  let held:
    | { readonly value: string; readonly renewAt: number; readonly endsAt: number }
    | undefined;
  let fetching: Promise<string> | undefined;

  const renew = (): Promise<string> => {
    fetching ??= (async () => {
      try {
        const { value, expiresInSeconds } = await fetchToken();
        const life = expiresInSeconds * 1000;
        const endsAt = now() + life;
        held = { value, endsAt, renewAt: endsAt - Math.min(AHEAD_MS, life / 5) };
        return value;
      } finally {
        fetching = undefined;
      }
    })();
    return fetching;
  };

  return {
    async token() {
      if (!held || now() >= held.endsAt) return renew();
      if (now() < held.renewAt) return held.value;
      const { value } = held;
      return renew().catch(() => value);
    },
    refused(token) {
      if (held?.value === token) held = undefined;
    },
  };
}
