import { hash } from "node:crypto";
import type { SourceOffset, SourcePartition } from "#connect-api";
import type { Exchange } from "./exchange.ts";
import { StoredProof } from "./stored-proof.ts";

/** Ids in one source offset: each message writes its slot anew, so it must not be large. */
const SLOT_IDS = 32;
/** Characters of an id's and a content's hash: 66 and 96 bits in base64url. */
const ID_CHARACTERS = 11;
const CONTENT_CHARACTERS = 16;
/** Remembered messages of all senders together; beyond that, the sender that was quiet longest is read again. */
const REMEMBERED_MAX = 500_000;
const SENDER_NAME_MAX = 200;

/** Reads several source offsets; null where there is none. */
export type ReadOffsets = (
  partitions: readonly SourcePartition[],
) => Promise<readonly (SourceOffset | null)[]>;

/** One message that was received. */
export interface SeenMessage {
  readonly id: string;
  readonly content: string;
  /** Its exchange while it is not stored, and then the proof that it is. */
  state: Exchange | StoredProof | "dropped";
  /** An earlier message with the same control id. */
  older: SeenMessage | undefined;
}

/** A message that is on its way to the log. */
export interface NotedMessage {
  /** What its record has to carry. */
  readonly partition: SourcePartition;
  readonly offset: SourceOffset;
  /** The log has it, or never will. */
  settle(state: StoredProof | "dropped"): void;
}

/** The hashes under which a message is remembered: neither id nor content can be read back from them. */
export function fingerprint(controlId: string, sha256Hex: string): { id: string; content: string } {
  return {
    id: hash("sha256", controlId, "base64url").slice(0, ID_CHARACTERS),
    content: Buffer.from(sha256Hex.slice(0, 24), "hex").toString("base64url"),
  };
}

/**
 * Which messages of each sender were received lately.
 *
 * They are kept in source offsets, which an exactly-once worker writes in the transaction of the record: so
 * what is remembered and what is stored cannot differ, whenever the worker dies. The offsets topic is compacted
 * by key, so each sender has a ring of slots (`{"seen":"17:LAB|HOSP"}`) of 32 messages each.
 */
export class SeenMessages {
  readonly #read: ReadOffsets;
  readonly #slots: number;
  readonly #isExactlyOnce: boolean;
  readonly #senders = new Map<string, SenderHistory>();

  /** `isExactlyOnce`: offsets are stored in the transaction of their records. */
  constructor(read: ReadOffsets, window: number, isExactlyOnce: boolean) {
    this.#read = read;
    this.#isExactlyOnce = isExactlyOnce;
    // One more than the window needs: the oldest slot is emptied when it is used again.
    this.#slots = Math.ceil(window / SLOT_IDS) + 1;
  }

  /** A sender's history, read from the source offsets when it is not in memory. */
  async of(sender: string): Promise<SenderHistory> {
    const known = this.#senders.get(sender);
    if (known) return known;
    const history = new SenderHistory(partitionName(sender), this.#slots, this.#isExactlyOnce);
    history.restore(await this.#read(history.partitions()));
    this.#forgetQuiet();
    this.#senders.set(sender, history);
    return history;
  }

  /** The same without reading, for the way of every message; undefined when `of` has to be asked. */
  known(sender: string): SenderHistory | undefined {
    return this.#senders.get(sender);
  }

  #forgetQuiet(): void {
    let total = 0;
    for (const history of this.#senders.values()) total += history.size;
    for (const [sender, history] of [...this.#senders].toSorted(
      ([, a], [, b]) => a.usedAt - b.usedAt,
    )) {
      if (total < REMEMBERED_MAX) return;
      if (history.isWaiting) continue;
      total -= history.size;
      this.#senders.delete(sender);
    }
  }
}

/** A partition's name is text of any sender, so its length is bounded. */
function partitionName(sender: string): string {
  return sender.length <= SENDER_NAME_MAX ? sender : hash("sha256", sender, "base64url");
}

/** Some of a sender's messages, in order of receipt. */
interface Slot {
  /** Number of the first message, counted from the first that was ever received. */
  readonly first: number;
  readonly messages: SeenMessage[];
}

/** The latest messages of one sender. */
export class SenderHistory {
  readonly #name: string;
  readonly #isExactlyOnce: boolean;
  readonly #slots: (Slot | undefined)[];
  readonly #byId = new Map<string, SeenMessage>();
  #next = 0;
  #waiting = 0;
  /** Monotonic clock, in milliseconds. */
  usedAt = performance.now();

  constructor(name: string, slots: number, isExactlyOnce: boolean) {
    this.#name = name;
    this.#isExactlyOnce = isExactlyOnce;
    this.#slots = Array.from({ length: slots }, () => undefined);
  }

  get size(): number {
    return this.#byId.size;
  }
  get isWaiting(): boolean {
    return this.#waiting > 0;
  }

  partitions(): readonly SourcePartition[] {
    return this.#slots.map((_, slot) => this.#partition(slot));
  }

  /** One member, so that its text is the same wherever it is written. */
  #partition(slot: number): SourcePartition {
    return { seen: `${slot}:${this.#name}` };
  }

  /** Takes over what was stored; slots of another window size are read as far as they go. */
  restore(offsets: readonly (SourceOffset | null)[]): void {
    const slots = offsets
      .map((offset, index) => ({ index, slot: offset === null ? undefined : slotOf(offset) }))
      .filter((each): each is { index: number; slot: Slot } => each.slot !== undefined)
      .toSorted((a, b) => a.slot.first - b.slot.first);
    for (const { index, slot } of slots) {
      this.#slots[index] = slot;
      for (const message of slot.messages) this.#remember(message);
    }
    const last = slots.at(-1);
    if (last) this.#next = last.slot.first + last.slot.messages.length;
  }

  /** The message of that id and content; or one of that id alone, which is another message. */
  find(id: string, content: string): { same?: SeenMessage; other?: SeenMessage } {
    this.usedAt = performance.now();
    let other: SeenMessage | undefined;
    for (let each = this.#byId.get(id); each; each = each.older) {
      if (each.state === "dropped") continue;
      if (each.content === content) return { same: each };
      other ??= each;
    }
    return other ? { other } : {};
  }

  /** Notes a message that is about to be stored, and the source offset that its record has to carry. */
  add(id: string, content: string, exchange: Exchange): NotedMessage {
    const number = this.#next++;
    const index = Math.floor(number / SLOT_IDS) % this.#slots.length;
    let slot = this.#slots[index];
    if (!slot || slot.first !== number - (number % SLOT_IDS)) {
      for (const message of slot?.messages ?? []) this.#forget(message);
      slot = { first: number - (number % SLOT_IDS), messages: [] };
      this.#slots[index] = slot;
    }
    const message: SeenMessage = { id, content, state: exchange, older: undefined };
    slot.messages.push(message);
    this.#remember(message);
    this.#waiting += 1;
    const offset: unknown = new SlotOffset(slot, slot.messages.length, this.#isExactlyOnce);
    return {
      partition: this.#partition(index),
      offset: offset as SourceOffset,
      settle: (state) => this.#settle(message, state),
    };
  }

  #settle(message: SeenMessage, state: StoredProof | "dropped"): void {
    if (message.state === "dropped" || message.state instanceof StoredProof) return;
    message.state = state;
    this.#waiting -= 1;
    if (state === "dropped") this.#forget(message);
  }

  #remember(message: SeenMessage): void {
    message.older = this.#byId.get(message.id);
    this.#byId.set(message.id, message);
  }

  #forget(message: SeenMessage): void {
    const newest = this.#byId.get(message.id);
    if (newest === message) {
      if (message.older) this.#byId.set(message.id, message.older);
      else this.#byId.delete(message.id);
      return;
    }
    for (let each = newest; each; each = each.older) {
      if (each.older === message) each.older = message.older;
    }
  }
}

/**
 * A slot as it was when a record was added to it. It becomes text only when the worker stores it, so a record
 * of the same transaction that was dropped meanwhile is not in it: its sender must not get AA when it asks again.
 * Without transactions only what is stored already is in it.
 */
class SlotOffset {
  readonly #slot: Slot;
  readonly #count: number;
  readonly #isExactlyOnce: boolean;

  constructor(slot: Slot, count: number, isExactlyOnce: boolean) {
    this.#slot = slot;
    this.#count = count;
    this.#isExactlyOnce = isExactlyOnce;
  }

  toJSON(): { first: number; seen: string } {
    let seen = "";
    for (let index = 0; index < this.#count; index += 1) {
      const { id, content, state } = this.#slot.messages[index] as SeenMessage;
      const isStored = state instanceof StoredProof;
      if (isStored || (this.#isExactlyOnce && state !== "dropped")) seen += id + content;
    }
    return { first: this.#slot.first, seen };
  }
}

function slotOf(offset: SourceOffset): Slot | undefined {
  const { first, seen } = offset;
  if (typeof first !== "number" || typeof seen !== "string") return undefined;
  const messages: SeenMessage[] = [];
  const width = ID_CHARACTERS + CONTENT_CHARACTERS;
  for (let at = 0; at + width <= seen.length; at += width) {
    messages.push({
      id: seen.slice(at, at + ID_CHARACTERS),
      content: seen.slice(at + ID_CHARACTERS, at + width),
      state: StoredProof.ofStoredOffset(),
      older: undefined,
    });
  }
  return { first, messages };
}
