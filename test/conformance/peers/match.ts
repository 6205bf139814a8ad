import type { FhirResource } from "fhir/r4";
import { factsOf, typeOf } from "./facts.ts";
import type { Fact, NameOf } from "./facts.ts";

/** A resource of a bundle, and the names by which others refer to it. */
export interface Node {
  readonly resource: FhirResource;
  readonly names: readonly string[];
}

/** The same thing in both bundles, as far as content tells. */
export interface Pair {
  readonly peer: Node;
  readonly ours: Node;
}

export interface Matching {
  readonly pairs: readonly Pair[];
  readonly onlyPeer: readonly Node[];
  readonly onlyOurs: readonly Node[];
}

/** Rounds in which references to pairs that were found count as content. */
const ROUNDS = 3;

/**
 * Finds which resource of one bundle is which of the other: those of one type that share most content, then once more
 * with references to what was paired as content, too. Ids are ignored.
 */
export function matchGraphs(peer: readonly Node[], ours: readonly Node[]): Matching {
  let pairs: readonly Pair[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const [namePeer, nameOurs] = namesIn(pairs, peer, ours);
    pairs = pairUp(
      peer.map((node) => ({ node, facts: countsOf(factsOf(node.resource, namePeer)) })),
      ours.map((node) => ({ node, facts: countsOf(factsOf(node.resource, nameOurs)) })),
    );
  }
  const paired = new Set<Node>(pairs.flatMap(({ peer, ours }) => [peer, ours]));
  return {
    pairs,
    onlyPeer: peer.filter((node) => !paired.has(node)),
    onlyOurs: ours.filter((node) => !paired.has(node)),
  };
}

/** How references read on each side: the number of the pair that they lead to, else the type. */
export function namesIn(
  pairs: readonly Pair[],
  peer: readonly Node[],
  ours: readonly Node[],
): readonly [NameOf, NameOf] {
  const nameOf = (side: readonly Node[], which: "peer" | "ours"): NameOf => {
    const types = new Map<string, string>();
    for (const { resource, names } of side)
      for (const name of names) types.set(name, resource.resourceType);
    const numbers = new Map<string, string>();
    for (const [index, pair] of pairs.entries()) {
      const { resource, names } = pair[which];
      for (const name of names) numbers.set(name, `→${resource.resourceType} ${index}`);
    }
    return (reference) => numbers.get(reference) ?? typeOf(reference, types);
  };
  return [nameOf(peer, "peer"), nameOf(ours, "ours")];
}

type Counts = ReadonlyMap<string, number>;

interface Candidate {
  readonly node: Node;
  readonly facts: Counts;
}

function countsOf(facts: readonly Fact[]): Counts {
  const counts = new Map<string, number>();
  for (const { path, value } of facts) {
    const key = `${path}\u0000${value}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** The pairs that share most first; two that are the only ones of their type are a pair whatever they share. */
function pairUp(peer: readonly Candidate[], ours: readonly Candidate[]): readonly Pair[] {
  const scored: { readonly peer: Candidate; readonly ours: Candidate; readonly score: number }[] =
    [];
  for (const one of peer) {
    const { resourceType } = one.node.resource;
    const others = ours.filter(({ node }) => node.resource.resourceType === resourceType);
    const isOnly =
      others.length === 1 &&
      peer.filter(({ node }) => node.resource.resourceType === resourceType).length === 1;
    for (const other of others) {
      const score = shared(one.facts, other.facts) + (isOnly ? 0.5 : 0);
      if (score > 0) scored.push({ peer: one, ours: other, score });
    }
  }
  const taken = new Set<Candidate>();
  const pairs: Pair[] = [];
  for (const each of scored.toSorted((a, b) => b.score - a.score)) {
    if (taken.has(each.peer) || taken.has(each.ours)) continue;
    taken.add(each.peer).add(each.ours);
    pairs.push({ peer: each.peer.node, ours: each.ours.node });
  }
  return pairs;
}

/** Rare content tells more than codes that all of them have; length stands in for rarity. */
function shared(a: Counts, b: Counts): number {
  let score = 0;
  for (const [fact, count] of a) {
    const other = b.get(fact);
    if (other === undefined) continue;
    const isReference = fact.includes("\u0000→");
    score += Math.min(count, other) * (isReference ? 2 : 1);
  }
  return score;
}
