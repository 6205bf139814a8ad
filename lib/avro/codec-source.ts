import { nullableBranch } from "./schema.ts";
import type { AvroEnum, AvroField, AvroRecord, AvroSchema, AvroUnion } from "./schema.ts";
import { defaultValueOf } from "./values.ts";

/** How values look in memory; see avroCodec. */
export type CodecForm = "native" | "json";

export interface CodecSource {
  /** Body of a function of `$` (values.ts) and `constants` that returns `{encode, decode}`. */
  readonly text: string;
  readonly constants: readonly unknown[];
}

/** The JavaScript of a codec. */
export function codecSource(schema: AvroSchema, form: CodecForm): CodecSource {
  const generator = new Generator(form);
  const encode = generator.encode(schema, "v");
  const decode = generator.decode(schema);
  const text = `"use strict";
${generator.functions.join("\n")}
return {
  encode(w, v) { ${encode} },
  decode(r) { return ${decode}; },
};`;
  return { text, constants: generator.constants };
}

const quoted = (text: string): string => JSON.stringify(text);

class Generator {
  readonly functions: string[] = [];
  readonly constants: unknown[] = [];
  readonly #form: CodecForm;
  readonly #encoders = new Map<AvroSchema, string>();
  readonly #decoders = new Map<AvroSchema, string>();

  constructor(form: CodecForm) {
    this.#form = form;
  }

  /** Statements that write the expression `v`; `v` is a plain variable. */
  encode(schema: AvroSchema, v: string): string {
    switch (schema.type) {
      case "null":
        return `if (${v} !== null && ${v} !== undefined) $.bad();`;
      case "boolean":
        return `if (typeof ${v} !== "boolean") $.bad(); w.boolean(${v});`;
      case "int":
        return this.#form === "json"
          ? `w.int(typeof ${v} === "number" && (${v} | 0) === ${v} ? ${v} : $.wholeNumber(${v}));`
          : `if (typeof ${v} !== "number" || (${v} | 0) !== ${v}) $.bad(); w.int(${v});`;
      case "long":
        if (this.#form === "json") return `w.long($.longNumber(${v}));`;
        return `if (typeof ${v} === "bigint") { if (BigInt.asIntN(64, ${v}) !== ${v}) $.bad(); w.long(${v}); } else if (Number.isSafeInteger(${v})) w.long(BigInt(${v})); else $.bad();`;
      case "float":
      case "double":
        return this.#form === "json"
          ? `w.${schema.type}(typeof ${v} === "number" ? ${v} : $.floatNumber(${v}));`
          : `if (typeof ${v} !== "number") $.bad(); w.${schema.type}(${v});`;
      case "bytes":
        return `if (!(${v} instanceof Uint8Array)) $.bad(); w.binary(${v});`;
      case "fixed":
        return `if (!(${v} instanceof Uint8Array) || ${v}.length !== ${schema.size}) $.bad(); w.fixed(${v});`;
      case "string":
        if (this.#isJson(schema)) return `w.string($.jsonText(${v}));`;
        if (this.#isDecimal(schema)) return `w.string($.numberText(${v}));`;
        return `if (typeof ${v} !== "string") $.bad(); w.string(${v});`;
      case "array":
      case "map":
      case "record":
      case "enum":
        return `${this.#encoder(schema)}(w, ${v});`;
      case "union":
        return this.#encodeUnion(schema, v);
    }
  }

  /** An expression that reads a value from `r`. */
  decode(schema: AvroSchema): string {
    switch (schema.type) {
      case "null":
        return "null";
      case "int":
        return this.#form === "json" ? "BigInt(r.int())" : "r.int()";
      case "boolean":
      case "long":
      case "float":
      case "double":
        return `r.${schema.type}()`;
      case "bytes":
        return "r.binary()";
      case "fixed":
        return `r.fixed(${schema.size})`;
      case "string":
        if (this.#isJson(schema)) return "$.jsonOf(r.string())";
        if (this.#isDecimal(schema)) return "$.numberOf(r.string())";
        return "r.string()";
      default:
        return `${this.#decoder(schema)}(r)`;
    }
  }

  #isJson({ props }: AvroSchema): boolean {
    return this.#form === "json" && props["fhir.json"] === true;
  }

  #isDecimal({ props }: AvroSchema): boolean {
    return this.#form === "json" && props["fhir.type"] === "decimal";
  }

  #constant(value: unknown): string {
    this.constants.push(value);
    return `constants[${this.constants.length - 1}]`;
  }

  #encoder(schema: AvroSchema): string {
    const known = this.#encoders.get(schema);
    if (known) return known;
    const name = `e${this.#encoders.size}`;
    this.#encoders.set(schema, name);
    const index = this.functions.push("") - 1;
    this.functions[index] = `function ${name}(w, v) {\n${this.#encodeBody(schema, name)}\n}`;
    return name;
  }

  #encodeBody(schema: AvroSchema, name: string): string {
    switch (schema.type) {
      case "array":
        return `if (!Array.isArray(v)) $.bad();
const n = v.length;
if (n > 0) { w.int(n); for (let i = 0; i < n; i += 1) { const x = v[i]; ${this.encode(schema.items, "x")} } }
w.bytes[w.pos++] = 0;`;
      case "map":
        return `${this.#form === "json" ? "v = $.mapOf(v);" : ""}
if (!(v instanceof Map)) $.bad();
if (v.size > 0) { w.int(v.size); for (const [k, x] of v) { if (typeof k !== "string") $.bad(); w.string(k); ${this.encode(schema.values, "x")} } }
w.bytes[w.pos++] = 0;`;
      case "enum":
        return this.#encodeEnum(schema);
      case "record":
        return this.#encodeRecord(schema, name);
      default:
        throw new TypeError(schema.type);
    }
  }

  #encodeEnum(schema: AvroEnum): string {
    const numbers = this.#constant(new Map(schema.symbols.map((symbol, index) => [symbol, index])));
    return `const i = ${numbers}.get(v);
if (i === undefined) $.bad();
w.int(i);`;
  }

  /**
   * Two ways to write a record. Data mostly has few of the fields, in the order of the schema: then its own members
   * are gone through, and what lies between them is absent. Any other data is asked for field by field.
   */
  #encodeRecord(record: AvroRecord, name: string): string {
    const { fields } = record;
    const numbers = this.#constant(new Map(fields.map(({ name }, index) => [name, index])));
    const slow = `${name}ByField`;
    this.functions.push(`function ${slow}(w, v, start) {\n${this.#encodeFields(record)}\n}`);
    const cases = fields.map(
      (field, index) => `case ${index}: ${this.#encodePresent(field)} break;`,
    );
    // The first field from an index on that must not be passed over.
    const nextNeeded = this.#constant(
      Int32Array.from({ length: fields.length + 1 }, (_, from) => {
        const index = fields.findIndex((field, at) => at >= from && !isPassedOver(field));
        return index < 0 ? fields.length : index;
      }),
    );
    return `if (typeof v !== "object" || v === null) $.bad();
const start = w.pos, numbers = ${numbers}, needed = ${nextNeeded};
let p = 0;
for (const k in v) {
const x = v[k], i = numbers.get(k);
if (i === undefined || x === undefined || x === null || needed[p] < i || i < p) return ${slow}(w, v, start);
while (p < i) { w.bytes[w.pos++] = 0; p += 1; }
switch (i) { ${cases.join("\n")} }
p = i + 1;
}
if (needed[p] < ${fields.length}) return ${slow}(w, v, start);
while (p < ${fields.length}) { w.bytes[w.pos++] = 0; p += 1; }`;
  }

  /** Statements that write the value `x` of a field, which is there. */
  #encodePresent(field: AvroField): string {
    const inner = nullableBranch(field.type);
    if (inner) {
      const isNullFirst = (field.type as AvroUnion).branches[0]?.type === "null";
      return `w.bytes[w.pos++] = ${isNullFirst ? 2 : 0}; ${this.encode(inner, "x")}`;
    }
    if (this.#form === "json" && field.name === "resourceType" && field.hasDefault) {
      return `if (x !== ${quoted(String(field.default))}) $.bad(); w.string(x);`;
    }
    return this.encode(field.type, "x");
  }

  #encodeFields(record: AvroRecord): string {
    const lines = ["w.pos = start;", "let n = 0, x;"];
    for (const field of record.fields) {
      lines.push(`x = v[${quoted(field.name)}];`, this.#encodeField(field));
    }
    const names = this.#constant(new Set(record.fields.map(({ name }) => name)));
    // Data that the schema has no place for would be lost: it is refused instead.
    lines.push("for (const _ in v) n -= 1;", `if (n !== 0) $.checkMembers(v, ${names});`);
    return lines.join("\n");
  }

  #encodeField(field: AvroField): string {
    const { type } = field;
    const inner = nullableBranch(type);
    if (inner) {
      const nullIndex = (type as AvroUnion).branches.findIndex((branch) => branch.type === "null");
      const [none, some] = nullIndex === 0 ? [0, 2] : [2, 0];
      const absent =
        this.#form === "json" || !field.hasDefault || field.default === null
          ? `w.bytes[w.pos++] = ${none};`
          : `if (x === null) w.bytes[w.pos++] = ${none}; else { x = ${this.#constant(defaultValueOf(type, field.default))}; w.bytes[w.pos++] = ${some}; ${this.encode(inner, "x")} }`;
      return `if (x === undefined || x === null) { ${absent} } else { n += 1; w.bytes[w.pos++] = ${some}; ${this.encode(inner, "x")} }`;
    }
    if (this.#form === "json" && field.name === "resourceType" && field.hasDefault) {
      return `if (x !== ${quoted(String(field.default))}) $.bad(); n += 1; w.string(x);`;
    }
    const missing = field.hasDefault
      ? `x = ${this.#constant(defaultValueOf(type, field.default))};`
      : type.type === "union" || type.type === "null"
        ? "x = null;"
        : "$.bad();";
    return `if (x === undefined) { ${missing} } else n += 1;\n${this.encode(type, "x")}`;
  }

  #encodeUnion(union: AvroUnion, v: string): string {
    const inner = nullableBranch(union);
    if (inner) {
      const nullIndex = union.branches.findIndex(({ type }) => type === "null");
      const [none, some] = nullIndex === 0 ? [0, 2] : [2, 0];
      return `if (${v} === undefined || ${v} === null) w.bytes[w.pos++] = ${none}; else { w.bytes[w.pos++] = ${some}; ${this.encode(inner, v)} }`;
    }
    const branches = this.#constant(union.branches);
    const cases = union.branches.map(
      (branch, index) => `case ${index}: ${this.encode(branch, "u")} break;`,
    );
    return `{ const i = $.branchOf(${branches}, ${v}), u = $.bareValue(${v}); w.int(i); switch (i) { ${cases.join(" ")} } }`;
  }

  #decoder(schema: AvroSchema): string {
    const known = this.#decoders.get(schema);
    if (known) return known;
    const name = `d${this.#decoders.size}`;
    this.#decoders.set(schema, name);
    const index = this.functions.push("") - 1;
    this.functions[index] = `function ${name}(r) {\n${this.#decodeBody(schema)}\n}`;
    return name;
  }

  #decodeBody(schema: AvroSchema): string {
    switch (schema.type) {
      case "array":
        return `const a = [];
for (let n = r.block(); n > 0; n = r.block()) for (let i = 0; i < n; i += 1) a.push(${this.decode(schema.items)});
return a;`;
      case "map":
        if (this.#form === "json") {
          return `const m = {};
for (let n = r.block(); n > 0; n = r.block()) for (let i = 0; i < n; i += 1) $.setMember(m, r.string(), ${this.decode(schema.values)});
return m;`;
        }
        return `const m = new Map();
for (let n = r.block(); n > 0; n = r.block()) for (let i = 0; i < n; i += 1) m.set(r.string(), ${this.decode(schema.values)});
return m;`;
      case "enum":
        return `const s = ${this.#constant(schema.symbols)}[r.int()];
if (s === undefined) $.badBranch();
return s;`;
      case "union":
        return this.#decodeUnion(schema);
      case "record":
        return this.#decodeRecord(schema);
      default:
        throw new TypeError(schema.type);
    }
  }

  #decodeUnion(union: AvroUnion): string {
    const isPlain = nullableBranch(union) !== undefined;
    const cases = union.branches.map((branch, index) => {
      const value = this.decode(branch);
      const isBare = isPlain || branch.type === "null" || this.#form === "json";
      const result = isBare ? value : `new $.AvroUnionValue(${index}, ${value})`;
      return `case ${index}: return ${result};`;
    });
    return `switch (r.int()) { ${cases.join(" ")} default: $.badBranch(); }`;
  }

  #decodeRecord(record: AvroRecord): string {
    const set = (name: string): string =>
      name === "__proto__"
        ? `Object.defineProperty(o, "__proto__", { value: x, enumerable: true, writable: true, configurable: true });`
        : `o[${quoted(name)}] = x;`;
    const lines = ["const o = {}; let x, i;"];
    for (const { name, type } of record.fields) {
      const inner = nullableBranch(type);
      if (!inner) {
        lines.push(`x = ${this.decode(type)}; ${set(name)}`);
        continue;
      }
      const nullIndex = (type as AvroUnion).branches.findIndex((branch) => branch.type === "null");
      const [none, some] = nullIndex === 0 ? [0, 2] : [2, 0];
      const absent = this.#form === "json" ? "" : `x = null; ${set(name)}`;
      lines.push(
        `i = r.bytes[r.pos++]; if (i === ${some}) { x = ${this.decode(inner)}; ${set(name)} } else if (i === ${none}) { ${absent} } else $.badBranch();`,
      );
    }
    lines.push("return o;");
    return lines.join("\n");
  }
}

/** Whether a field that data does not have is written as one zero byte: null, as the first branch. */
function isPassedOver({ type, hasDefault, default: value }: AvroField): boolean {
  return (
    nullableBranch(type) !== undefined &&
    (type as AvroUnion).branches[0]?.type === "null" &&
    (!hasDefault || value === null)
  );
}
