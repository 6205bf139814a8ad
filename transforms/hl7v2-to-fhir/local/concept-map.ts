import type { Problems } from "#lib/checked-json";

export interface TargetCode {
  /** URI of the target code system. */
  readonly system: string;
  readonly code: string;
  readonly display: string;
}

/** A ConceptMap, ready to be asked: by source system, then by code. */
export type CodeMap = ReadonlyMap<string, ReadonlyMap<string, TargetCode>>;

/**
 * Reads a FHIR R4 ConceptMap: the first target of each element that is not `unmatched` or `disjoint`.
 *
 * `group.source` is the coding system as the sender names it (CWE.3) or as its URI in `codingSystems`.
 */
export function readConceptMap(json: unknown, place: string, problems: Problems): CodeMap {
  const resource = problems.object(json, place);
  if (resource["resourceType"] !== "ConceptMap") problems.add(`${place} is a FHIR ConceptMap`);
  const map = new Map<string, Map<string, TargetCode>>();
  for (const [index, one] of problems.list(resource["group"] ?? [], `${place}.group`).entries()) {
    const at = `${place}.group[${index}]`;
    const group = problems.object(one, at);
    const source = problems.string(group["source"], `${at}.source`);
    const system = problems.string(group["target"], `${at}.target`);
    const codes = map.get(source) ?? new Map<string, TargetCode>();
    map.set(source, codes);
    for (const [number, element] of problems.list(group["element"], `${at}.element`).entries()) {
      const from = problems.object(element, `${at}.element[${number}]`);
      const code = problems.string(from["code"], `${at}.element[${number}].code`);
      const target = problems
        .list(from["target"] ?? [], `${at}.element[${number}].target`)
        .map((each) => problems.object(each, `${at}.element[${number}].target`))
        .find(({ equivalence }) => equivalence !== "unmatched" && equivalence !== "disjoint");
      if (typeof target?.["code"] !== "string") continue;
      codes.set(code, { system, code: target["code"], display: String(target["display"] ?? "") });
    }
  }
  return map;
}
