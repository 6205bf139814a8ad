import type { RecordMetadata } from "#connect-api";

/**
 * That a message is in the log. Every positive answer (AA, CA, 0x06) is built from one, and the only
 * ways to get one are the log's own confirmation, or an earlier one that was remembered.
 *
 * The private field makes the type nominal: no other object passes for it.
 */
export class StoredProof {
  readonly #confirmed = true;

  private constructor() {}

  /** `metadata` is what `commitRecord` was given: never null, or the record is not in its topic. */
  static ofCommit(_metadata: RecordMetadata): StoredProof {
    return new StoredProof();
  }

  /** Of a message whose id and hash stood in source offsets, which are stored with the record or after it. */
  static ofStoredOffset(): StoredProof {
    return new StoredProof();
  }

  get isConfirmed(): boolean {
    return this.#confirmed;
  }
}
