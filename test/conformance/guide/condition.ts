/**
 * The condition language of the guide, read with all the slips of its tables: a missing verb or operand, an inner
 * IF, unbalanced quotes and brackets, VALUE for VALUED, a value that stands behind IS, = or EQUALS.
 */
export type Condition =
  | { readonly kind: "and" | "or"; readonly parts: readonly Condition[] }
  | {
      readonly kind: "test";
      /** `PID-11`, `PID-11.9`, `CX.4`, a segment (`ORC`), or "" for the row's own element. */
      readonly ref: string;
      readonly verb: "valued" | "in" | "count>1" | "count=1" | "longer";
      readonly not: boolean;
      readonly values: readonly string[];
    };

type Test = Extract<Condition, { kind: "test" }>;

const tokenPattern =
  /"[^"]*"|'[^']*'|https?:\S+|[A-Z][A-Z0-9]{1,3}(?:[-.]\d+(?:\.\d+)?)|[A-Za-z]+\d?|\d+|[(),=>]/g;

/** A condition as a tree; undefined for none and for a stray cell that says nothing. */
export function parseCondition(text: string): Condition | undefined {
  const mended = text
    .replaceAll("PL3.NOT", "PL.3 NOT")
    // The code of table 0063 for the patient.
    .replaceAll("'patient'", '"SEL"')
    // A time has no fifth component: minutes are meant.
    .replace(/PR1-5\.5 (IS |NOT )?VALUED/, "PR1-5 $1LENGTH GREATER THAN 8")
    .replaceAll(', X")', ', "X")')
    .replaceAll(/LST\.COUNT/gi, "COUNT");
  const tokens = [...mended.matchAll(tokenPattern)].map(([token]) => token);
  if (tokens.length < 2) return undefined;
  return new Reader(tokens).or();
}

const isRef = (token: string | undefined): boolean =>
  token !== undefined && /^[A-Z][A-Z0-9]{1,3}[-.]\d/.test(token);
const isSegment = (token: string | undefined): boolean =>
  token !== undefined && /^(?:PID|ORC)$/.test(token);
const isLiteral = (token: string | undefined): boolean =>
  token !== undefined && /^["']/.test(token);
const unquoted = (token: string): string => token.slice(1, -1);

class Reader {
  readonly #tokens: readonly string[];
  #at = 0;
  #lastRef = "";

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  or(): Condition {
    const parts = [this.#and()];
    while (this.#word("OR")) parts.push(this.#and());
    return one("or", parts);
  }

  #and(): Condition {
    const parts = [this.#part()];
    // Two tests side by side are joined by AND as well.
    while (this.#word("AND") || this.#startsTest()) parts.push(this.#part());
    return one("and", parts);
  }

  #part(): Condition {
    this.#word("IF");
    if (this.#take("(")) {
      const inner = this.or();
      this.#take(")");
      return inner;
    }
    // `PL.1 AND PL.2 NOT VALUED`: references without a verb share that of the one behind them.
    const refs: string[] = [];
    let kind: "and" | "or" = "and";
    for (;;) {
      this.#word("IF");
      if (isRef(this.#peek()) || isSegment(this.#peek())) refs.push(this.#next());
      const joins = isRef(this.#peek(1)) || isSegment(this.#peek(1));
      if (joins && /^(?:AND|OR)$/i.test(this.#peek() ?? "") && refs.length > 0) {
        kind = this.#next().toUpperCase() === "OR" ? "or" : "and";
        continue;
      }
      break;
    }
    this.#lastRef = refs.at(-1) ?? this.#lastRef;
    const shape = this.#verb();
    const all = refs.length > 0 ? refs : [this.#lastRef];
    return one(
      kind,
      all.map((ref): Test => ({ kind: "test", ref, ...shape })),
    );
  }

  #verb(): Pick<Test, "verb" | "not" | "values"> {
    let not = false;
    for (;;) {
      if (this.#word("NOT")) not = true;
      else if (!["IS", "ARE", "AREA", "DOES"].some((word) => this.#word(word))) break;
    }
    if (this.#word("COUNT")) return this.#count();
    if (this.#word("LENGTH")) {
      while (this.#peek() !== undefined && !/^(?:AND|OR)$/i.test(this.#peek() ?? "")) this.#next();
      return { verb: "longer", not, values: [] };
    }
    for (const word of ["VALUED", "VALUE", "EXIST"]) {
      if (this.#word(word)) return { verb: "valued", not, values: [] };
    }
    if (this.#word("EMPTY")) return { verb: "valued", not: !not, values: [] };
    if (this.#word("EQUALS") || this.#word("EQUAL") || this.#take("=")) this.#word("TO");
    if (this.#word("NOT")) not = true;
    this.#word("IN");
    return { verb: "in", not, values: this.#values() };
  }

  /** `LST.COUNT EQUALS 1`, `GREATER THAN 1`, `LESS THAN OR EQUALS 1`, `COUNT>1`. */
  #count(): Pick<Test, "verb" | "not" | "values"> {
    const many = this.#word("GREATER") || this.#take(">");
    while (["LESS", "THAN", "OR", "EQUALS"].some((word) => this.#word(word)));
    this.#take("=");
    this.#next();
    return { verb: many ? "count>1" : "count=1", not: false, values: [] };
  }

  #values(): string[] {
    const bracket = this.#take("(");
    const values: string[] = [];
    for (;;) {
      const token = this.#peek();
      if (isLiteral(token)) values.push(unquoted(this.#next()));
      else if (token?.startsWith("http")) values.push(this.#next());
      else if (isRef(token) && values.length === 0) values.push(`=${this.#next()}`);
      else break;
      if (!this.#take(",")) break;
    }
    if (bracket) this.#take(")");
    return values;
  }

  #startsTest(): boolean {
    return isRef(this.#peek()) || /^NOT$/i.test(this.#peek() ?? "");
  }
  #peek(ahead = 0): string | undefined {
    return this.#tokens[this.#at + ahead];
  }
  #next(): string {
    return this.#tokens[this.#at++] ?? "";
  }
  #word(word: string): boolean {
    if (this.#peek()?.toUpperCase() !== word) return false;
    this.#at += 1;
    return true;
  }
  #take(mark: string): boolean {
    if (this.#peek() !== mark) return false;
    this.#at += 1;
    return true;
  }
}

function one(kind: "and" | "or", parts: readonly Condition[]): Condition {
  const [first] = parts;
  return parts.length === 1 && first ? first : { kind, parts };
}

/** The tests that must hold so that the whole is true: all of an `and`, the first of an `or`. */
export function testsWhenTrue(condition: Condition): readonly Test[] {
  if (condition.kind === "test") return [condition];
  const parts = condition.kind === "and" ? condition.parts : condition.parts.slice(0, 1);
  return parts.flatMap(testsWhenTrue);
}

/** Tests that make the whole false, as near to true as can be: one of an `and`, all of an `or`. */
export function testsWhenFalse(condition: Condition): readonly Test[] {
  if (condition.kind === "test") return [{ ...condition, not: !condition.not }];
  if (condition.kind === "or") return condition.parts.flatMap(testsWhenFalse);
  const last = condition.parts.at(-1);
  return [
    ...condition.parts.slice(0, -1).flatMap(testsWhenTrue),
    ...(last ? testsWhenFalse(last) : []),
  ];
}

export function describe(condition: Condition): string {
  if (condition.kind === "test") {
    const not = condition.not ? "not " : "";
    return `${condition.ref} ${not}${condition.verb}${condition.values.length > 0 ? ` ${condition.values.join("|")}` : ""}`;
  }
  return `(${condition.parts.map(describe).join(` ${condition.kind} `)})`;
}
