/** Records to take through a chain, on Apache Kafka Connect's classes and on ours. */
export interface RecordCase {
  readonly name: string;
  /** What the chain is given: records of a sink, or of a source. */
  readonly kind: "sink" | "source";
  /** The connector's settings: converters of the input, transformations, predicates, errors. */
  readonly config: Readonly<Record<string, string>>;
  /** The converters that write what comes out of the chain. */
  readonly output: Readonly<Record<string, string>>;
  readonly records: readonly GivenRecord[];
}

/** A record as it stands in a topic. Bytes are base64. */
export interface GivenRecord {
  readonly topic: string;
  /** -1: none, for a source. */
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number | null;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: readonly RawHeader[];
}

export type RawHeader = readonly [key: string, value: string | null];

/** What became of a record. */
export type Outcome =
  | {
      readonly outcome: "stored";
      readonly topic: string;
      readonly partition: number | null;
      readonly timestamp: number | null;
      readonly key: string | null;
      readonly value: string | null;
      readonly headers: readonly RawHeader[];
    }
  | { readonly outcome: "filtered" }
  | {
      readonly outcome: "skipped";
      readonly stage: string;
      readonly className: string;
      readonly errorClass: string;
      readonly error: string | null;
    }
  | {
      readonly outcome: "failed";
      readonly message: string;
      readonly errorClass: string;
      readonly error: string | null;
    };

export interface DeadLetter {
  readonly topic: string;
  readonly timestamp: number | null;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: readonly RawHeader[];
}

/** What became of a case: a refused configuration, or an outcome for each record up to one that fails the task. */
export interface CaseResult {
  readonly name: string;
  readonly configError?: string;
  readonly outcomes?: readonly Outcome[];
  readonly deadLetters?: readonly DeadLetter[];
}
