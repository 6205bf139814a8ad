import type { FhirResource } from "fhir/r4";
import { factsOf } from "./facts.ts";
import type { Fact } from "./facts.ts";
import { matchGraphs, namesIn } from "./match.ts";
import type { Node } from "./match.ts";

export type Kind = "same" | "other" | "peer" | "ours";

/** One place where two conversions of a message say the same, say something else, or only one of them says something. */
export interface Difference {
  readonly kind: Kind;
  /** `Patient.name.family`; `Patient` alone for a resource that only one of them made. */
  readonly path: string;
  readonly peer?: string;
  readonly ours?: string;
  /** Of a resource that only one side has: all it says is said by one of the other side, too. */
  readonly isDuplicate?: boolean;
}

/** Compares two conversions of one message by content, element by element. */
export function compare(peer: readonly Node[], ours: readonly Node[]): readonly Difference[] {
  const { pairs, onlyPeer, onlyOurs } = matchGraphs(peer, ours);
  const [namePeer, nameOurs] = namesIn(pairs, peer, ours);
  const differences: Difference[] = [];
  for (const pair of pairs) {
    const type = pair.peer.resource.resourceType;
    const theirs = Map.groupBy(factsOf(pair.peer.resource, namePeer), ({ path }) => path);
    const own = Map.groupBy(factsOf(pair.ours.resource, nameOurs), ({ path }) => path);
    for (const path of new Set([...theirs.keys(), ...own.keys()])) {
      differences.push(
        ...comparePath(`${type}.${path}`, valuesOf(theirs.get(path)), valuesOf(own.get(path))),
      );
    }
  }
  for (const [kind, only, all] of [
    ["peer", onlyPeer, ours],
    ["ours", onlyOurs, peer],
  ] as const) {
    for (const { resource } of only) {
      const isDuplicate = all.some((other) => saysAsMuch(other.resource, resource));
      differences.push({ kind, path: resource.resourceType, isDuplicate });
    }
  }
  return differences;
}

/** Whether a resource says all that another one says, references apart; systems are spelled in many ways, so they do not count. */
function saysAsMuch(other: FhirResource, resource: FhirResource): boolean {
  if (other.resourceType !== resource.resourceType) return false;
  const texts = (of: FhirResource): readonly string[] =>
    factsOf(of, () => "→").flatMap(({ path, value }) =>
      value === "→" ||
      path.startsWith("meta") ||
      /(?:system|url|type\.coding\.\w+)$|extension</.test(path)
        ? []
        : [`${path} ${value.replace(/^urn:(?:oid|uuid):/, "")}`],
    );
  const said = new Set(texts(other));
  return texts(resource).every((text) => said.has(text));
}

function valuesOf(facts: readonly Fact[] = []): readonly string[] {
  return facts.map(({ value }) => value);
}

function comparePath(
  path: string,
  peer: readonly string[],
  ours: readonly string[],
): readonly Difference[] {
  const differences: Difference[] = [];
  const left = [...ours];
  const missing: string[] = [];
  for (const value of peer) {
    const at = left.indexOf(value);
    if (at < 0) missing.push(value);
    else {
      left.splice(at, 1);
      differences.push({ kind: "same", path, peer: value, ours: value });
    }
  }
  for (const value of missing) {
    const own = left.shift();
    differences.push(
      own === undefined
        ? { kind: "peer", path, peer: value }
        : { kind: "other", path, peer: value, ours: own },
    );
  }
  for (const value of left) differences.push({ kind: "ours", path, ours: value });
  return differences;
}
