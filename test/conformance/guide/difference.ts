/**
 * Where the product does something else than a row of the guide says, on purpose. An entry counts only for rows that are
 * not right; one that counts for none is stale, and the suite says so.
 */
export interface Difference {
  /** The map's name, or a pattern of names. */
  readonly map: string | RegExp;
  /** `PID-19`; all of the map's rows when left out. */
  readonly source?: string | RegExp;
  /** The element as the table writes it. */
  readonly target?: string | RegExp;
  /** The reason holds only when the value is at another place of the output, so nothing is lost. */
  readonly isKept?: true;
  readonly why: string;
}
