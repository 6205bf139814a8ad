import { generateMessages } from "#lib/hl7v2/simulator";
import { readHeader } from "#lib/hl7v2";
import { MllpClient } from "#lib/mllp-client";

export interface Sent {
  /** Answers by MSA-1. */
  readonly acknowledged: Readonly<Record<"AA" | "AE" | "AR", number>>;
  /** Messages that got AA. */
  readonly accepted: readonly { readonly controlId: string; readonly payload: Uint8Array }[];
}

export interface SendOptions {
  readonly port: number;
  readonly count: number;
  readonly seed: number;
  readonly connections: number;
  onProgress(done: number, all: number): void;
}

/** Sends messages of the synthetic hospital over several sockets, each waiting for its answer. */
export async function sendHospital(options: SendOptions): Promise<Sent> {
  const { port, count, seed, connections, onProgress } = options;
  const messages = generateMessages({ seed, count, startAt: Date.now() });
  const acknowledged: Record<string, number> = { AA: 0, AE: 0, AR: 0 };
  const accepted: { controlId: string; payload: Uint8Array }[] = [];
  let done = 0;
  const work = async (): Promise<void> => {
    const client = await MllpClient.connect({ host: "127.0.0.1", port });
    try {
      for (const payload of messages) {
        const { code } = await client.send(payload);
        acknowledged[code] = (acknowledged[code] ?? 0) + 1;
        if (code === "AA") {
          accepted.push({ controlId: readHeader(payload).messageControlId, payload });
        }
        done += 1;
        if (done % Math.ceil(count / 5) === 0) onProgress(done, count);
      }
    } finally {
      client.close();
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  return { acknowledged: acknowledged as Sent["acknowledged"], accepted };
}
