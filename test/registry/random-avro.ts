/** A sequence of pseudo-random numbers, the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

type Json = Record<string, unknown>;

/** A schema, and what may become of it: pairs that are often, but not always, compatible. */
export class RandomSchemas {
  readonly #next: () => number;
  #names = 0;

  constructor(seed: number) {
    this.#next = randomNumbers(seed);
  }

  pair(): { readonly old: unknown; readonly new: unknown } {
    this.#names = 0;
    const old = this.#record(0);
    return { old, new: this.#changed(structuredClone(old)) };
  }

  #below(limit: number): number {
    return Math.floor(this.#next() * limit);
  }
  #chance(probability: number): boolean {
    return this.#next() < probability;
  }
  #one<T>(...items: readonly T[]): T {
    return items[this.#below(items.length)] as T;
  }

  #primitive(): string {
    return this.#one("int", "long", "float", "double", "string", "bytes", "boolean");
  }

  #type(depth: number): unknown {
    if (depth > 2 || this.#chance(0.5)) return this.#primitive();
    switch (this.#below(6)) {
      case 0:
        return this.#record(depth + 1);
      case 1:
        return { type: "array", items: this.#type(depth + 1) };
      case 2:
        return { type: "map", values: this.#type(depth + 1) };
      case 3:
        return this.#enum();
      case 4:
        return { type: "fixed", name: this.#name("F"), size: 1 + this.#below(3) };
      default:
        return this.#union(depth);
    }
  }

  #union(depth: number): unknown[] {
    const branches: unknown[] = this.#chance(0.7) ? ["null"] : [];
    const primitives = ["int", "long", "string", "double", "boolean"];
    const count = 1 + this.#below(2);
    for (let index = 0; index < count; index += 1) {
      const [chosen] = primitives.splice(this.#below(primitives.length), 1);
      branches.push(chosen);
    }
    if (this.#chance(0.3)) branches.push(this.#record(depth + 1));
    return branches;
  }

  #enum(): Json {
    const symbols = ["A", "B", "C", "D"].slice(0, 1 + this.#below(4));
    return {
      type: "enum",
      name: this.#name("E"),
      symbols,
      ...(this.#chance(0.3) ? { default: symbols[0] } : {}),
    };
  }

  #name(prefix: string): string {
    this.#names += 1;
    return `${prefix}${this.#names}`;
  }

  #record(depth: number): Json {
    const name = this.#name("R");
    const count = 1 + this.#below(4);
    const fields = Array.from({ length: count }, (_, index) => this.#field(`f${index}`, depth));
    return { type: "record", name, fields };
  }

  #field(name: string, depth: number): Json {
    const type = this.#type(depth);
    const isNullable = Array.isArray(type) && type[0] === "null";
    if (isNullable && this.#chance(0.7)) return { name, type, default: null };
    if (type === "string" && this.#chance(0.3)) return { name, type, default: "" };
    if (type === "int" && this.#chance(0.3)) return { name, type, default: 0 };
    return { name, type };
  }

  #changed(schema: unknown): unknown {
    if (typeof schema === "string") return this.#chance(0.1) ? this.#primitive() : schema;
    if (Array.isArray(schema)) {
      const branches = schema.map((branch: unknown) =>
        typeof branch === "string" ? branch : this.#changed(branch),
      );
      if (branches.length > 1 && this.#chance(0.1)) branches.pop();
      return this.#chance(0.1) ? branches.toReversed() : branches;
    }
    const made = schema as Json;
    switch (made["type"]) {
      case "array":
        return { ...made, items: this.#changed(made["items"]) };
      case "map":
        return { ...made, values: this.#changed(made["values"]) };
      case "fixed":
        return this.#chance(0.1) ? { ...made, size: 9 } : made;
      case "enum":
        return this.#changedEnum(made);
      case "record":
        return this.#changedRecord(made);
      default:
        return made;
    }
  }

  #changedEnum(schema: Json): Json {
    const symbols = [...(schema["symbols"] as string[])];
    if (this.#chance(0.2)) symbols.push("X");
    if (symbols.length > 1 && schema["default"] === undefined && this.#chance(0.2)) symbols.pop();
    return this.#chance(0.05)
      ? { ...schema, name: this.#name("E"), symbols }
      : { ...schema, symbols };
  }

  #changedRecord(schema: Json): Json {
    let fields: Json[] = (schema["fields"] as Json[]).map((field) => {
      const type = this.#changed(field["type"]);
      const isSame = JSON.stringify(type) === JSON.stringify(field["type"]);
      // A default may not fit another type; it goes with it.
      const { default: fallback, ...rest } = field;
      return isSame && "default" in field ? { ...rest, default: fallback } : { ...rest, type };
    });
    if (fields.length > 1 && this.#chance(0.1)) fields = fields.slice(1);
    if (this.#chance(0.2)) fields.push({ ...this.#field("added", 2) });
    if (this.#chance(0.08)) {
      const [first, ...rest] = fields;
      const renamed = { ...first, name: "renamed" } as Json;
      fields = [this.#chance(0.5) ? { ...renamed, aliases: [first?.["name"]] } : renamed, ...rest];
    }
    if (this.#chance(0.05)) {
      const name = this.#name("R");
      return this.#chance(0.5)
        ? { ...schema, name, aliases: [schema["name"]], fields }
        : { ...schema, name, fields };
    }
    return { ...schema, fields };
  }
}
