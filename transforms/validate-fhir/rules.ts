import type { FhirProblem } from "./finding.ts";
import type { Element } from "./invariants/element.ts";
import { typeNode } from "./type-tree.ts";
import type { ElementNode, TypeNode } from "./type-tree.ts";

/**
 * What a schema cannot say: the invariants of R4, in one pass over the resource, and with `references` that a
 * reference points at a type that its element allows and, in a Bundle, at a resource that is there.
 *
 * The resource must have the right structure.
 */
export function ruleProblems(
  type: string,
  resource: Element,
  options: { readonly references: boolean },
): readonly FhirProblem[] {
  const node = typeNode(type);
  if (!node) return [];
  const walk = new Walk(resource, options.references, [type]);
  walk.visit(resource, node);
  return walk.problems;
}

class Walk {
  readonly problems: FhirProblem[] = [];
  readonly #root: Element;
  readonly #isBundle: boolean;
  readonly #checksReferences: boolean;
  readonly #inBundle: ReadonlySet<string> | undefined;
  /** Names and indices from the outermost resource to where the walk is. */
  readonly #path: (string | number)[];

  constructor(
    root: Element,
    checksReferences: boolean,
    path: (string | number)[],
    inBundle?: ReadonlySet<string>,
  ) {
    this.#root = root;
    this.#isBundle = root["resourceType"] === "Bundle";
    this.#checksReferences = checksReferences;
    this.#path = path;
    this.#inBundle = inBundle ?? (this.#isBundle ? resourcesOf(root) : undefined);
  }

  visit(element: Element, node: TypeNode): void {
    for (const { key, holds } of node.invariants) {
      if (!holds(element, this.#root)) this.#problem(key, "invariant");
    }
    for (const name in element) {
      const value = element[name];
      if (typeof value !== "object" || value === null) continue;
      const below = node.elements.get(name);
      if (!below) continue;
      this.#path.push(name);
      if (Array.isArray(value)) {
        for (let index = 0; index < value.length; index += 1) {
          const child: unknown = value[index];
          if (typeof child !== "object" || child === null) continue;
          this.#path.push(index);
          this.#below(child as Element, below);
          this.#path.pop();
        }
      } else this.#below(value as Element, below);
      this.#path.pop();
    }
  }

  #below(child: Element, { node, targets }: ElementNode): void {
    const inner = node();
    if (!inner) return this.#resource(child);
    if (this.#checksReferences && child["reference"] !== undefined) this.#reference(child, targets);
    this.visit(child, inner);
  }

  /** A resource inside of this one; one of a Bundle's has a root of its own. */
  #resource(resource: Element): void {
    const node = typeNode(String(resource["resourceType"]));
    if (!node) return;
    if (!this.#isBundle) return this.visit(resource, node);
    const walk = new Walk(resource, this.#checksReferences, this.#path, this.#inBundle);
    walk.visit(resource, node);
    this.problems.push(...walk.problems);
  }

  #reference({ reference }: Element, targets: ReadonlySet<string> | undefined): void {
    if (typeof reference !== "string") return;
    const type = /^([A-Z][A-Za-z]+)\/[^/]+$/.exec(reference)?.[1];
    if (type !== undefined && targets && !targets.has(type)) {
      this.#problem(`no reference to ${type}`, "value");
    }
    const isOfBundle = type !== undefined || reference.startsWith("urn:uuid:");
    if (this.#inBundle && isOfBundle && !this.#inBundle.has(reference)) {
      this.#problem("not in the Bundle", "not-found");
    }
  }

  #problem(rule: string, code: FhirProblem["code"]): void {
    const [first = "", ...rest] = this.#path;
    const path = rest.reduce<string>(
      (text, part) => (typeof part === "number" ? `${text}[${part}]` : `${text}.${part}`),
      String(first),
    );
    this.problems.push({ path, rule, code });
  }
}

/** What references may name in a Bundle: full URLs, and type and id. */
function resourcesOf(bundle: Element): ReadonlySet<string> {
  const names = new Set<string>();
  const entries = (bundle["entry"] ?? []) as readonly {
    readonly fullUrl?: string;
    readonly resource?: Element;
  }[];
  for (const { fullUrl, resource } of entries) {
    if (fullUrl !== undefined) names.add(fullUrl);
    if (resource?.["id"] !== undefined) names.add(`${resource["resourceType"]}/${resource["id"]}`);
  }
  return names;
}
