/** One state of one resource on its way into a store; `R` is where it came from. */
export interface Write<R = unknown> {
  /** What is kept in order: `Patient/1`, or a search (`Patient?identifier=…`) for a conditional update. */
  readonly key: string;
  readonly method: "PUT" | "DELETE";
  readonly resourceType: string;
  /** The resource as JSON text, for PUT. */
  readonly body: string | undefined;
  /** By which states are compared (see `source-version.ts`). */
  readonly version: string;
  /** Size of the body in UTF-8. */
  readonly bytes: number;
  readonly origin: R;
}

/** A conditional update names no id: its key is a search. */
export const isConditional = ({ key }: { readonly key: string }): boolean => key.includes("?");
