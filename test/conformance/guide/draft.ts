import type { Content } from "./sample.ts";

type Node = string | (Node | undefined)[];

/** A segment that is being written: fields by number, each a list of repetitions. */
export class DraftSegment {
  readonly name: string;
  readonly #fields = new Map<number, Node[]>();

  /** `defaults`: fields by number, in HL7 text. */
  constructor(name: string, defaults: Readonly<Record<number, string>> = {}) {
    this.name = name;
    for (const [at, text] of Object.entries(defaults)) {
      this.#fields.set(Number(at), text.split("~").map(parsed));
    }
  }

  /** Sets what the path leads to (field, component, sub-component) in the first repetition. */
  set(path: readonly number[], content: Content): void {
    const [field = 0, ...inner] = path;
    const [first = "", ...rest] = this.#fields.get(field) ?? [];
    this.#fields.set(field, [withSet(first, inner, copy(content)), ...rest]);
  }

  /** Sets a field of HL7 text, with all its repetitions. */
  setText(field: number, text: string): void {
    this.#fields.set(field, text.split("~").map(parsed));
  }

  /** The text of what the path leads to, in the first repetition; of the first part where it has parts. */
  valueAt(path: readonly number[]): string {
    const [field = 0, ...inner] = path;
    let node: Node | undefined = this.#fields.get(field)?.[0];
    for (const at of inner)
      node = typeof node === "string" ? (at === 1 ? node : "") : node?.[at - 1];
    while (Array.isArray(node)) node = node[0];
    return node ?? "";
  }

  /** What the path leads to, in the first repetition. */
  contentAt(path: readonly number[]): Content {
    const [field = 0, ...inner] = path;
    let node: Node | undefined = this.#fields.get(field)?.[0];
    for (const at of inner) node = typeof node === "string" && at === 1 ? node : node?.[at - 1];
    return (node ?? "") as Content;
  }

  /** The first repetition of a field again, so that it repeats. */
  repeat(field: number): void {
    const [first = ""] = this.#fields.get(field) ?? [];
    this.#fields.set(field, [first, first]);
  }

  text(): string {
    const last = Math.max(0, ...this.#fields.keys());
    const fields = Array.from({ length: last }, (_, index) => {
      const repetitions = this.#fields.get(index + 1) ?? [];
      return repetitions.map((each) => written(each, "^")).join("~");
    });
    // MSH-1 is the separator itself.
    const [, ...behindSeparator] = fields;
    return this.name === "MSH"
      ? `MSH|^~\\&|${behindSeparator.slice(1).join("|")}`
      : [this.name, ...fields].join("|");
  }
}

function parsed(text: string): Node {
  if (!/[&^]/.test(text)) return text;
  return text.split("^").map((part) => (part.includes("&") ? part.split("&") : part));
}

function copy(content: Content): Node {
  if (typeof content === "string") return content;
  return content.map((part) => (part === undefined ? undefined : copy(part)));
}

function withSet(node: Node, path: readonly number[], content: Node): Node {
  const [at, ...inner] = path;
  if (at === undefined) return content;
  const parts: (Node | undefined)[] = typeof node === "string" ? [node] : [...node];
  parts[at - 1] = withSet(parts[at - 1] ?? "", inner, content);
  return parts;
}

const escapes: Readonly<Record<string, string>> = {
  "\\": "\\E\\",
  "|": "\\F\\",
  "~": "\\R\\",
  "^": "\\S\\",
  "&": "\\T\\",
};

function written(node: Node, separator: string): string {
  if (typeof node === "string") return node.replaceAll(/[\\|~^&]/g, (each) => escapes[each] ?? "");
  // Array.from fills the holes of an array that was set by position.
  return Array.from(node, (part) =>
    part === undefined ? "" : written(part, separator === "^" ? "&" : "_"),
  ).join(separator);
}

/** All texts of a content, in order. */
export function texts(content: Content): string[] {
  if (typeof content === "string") return content === "" ? [] : [content];
  return content.flatMap((part) => (part === undefined ? [] : texts(part)));
}
