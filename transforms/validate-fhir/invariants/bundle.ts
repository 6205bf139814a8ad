import { has, list } from "./element.ts";
import type { Element, Invariant } from "./element.ts";

const isOf = (bundle: Element, ...types: readonly string[]): boolean =>
  types.includes(String(bundle["type"]));
const firstType = (bundle: Element): unknown =>
  ((list(bundle, "entry")[0]?.["resource"] ?? {}) as Element)["resourceType"];

/** Invariants of Bundle. Source: FHIR R4 4.0.1. */
export const bundleInvariants: Readonly<Record<string, readonly Invariant[]>> = {
  Bundle: [
    { key: "bdl-1", holds: (each) => !has(each, "total") || isOf(each, "searchset", "history") },
    {
      key: "bdl-2",
      holds: (each) =>
        isOf(each, "searchset") || list(each, "entry").every((entry) => !has(entry, "search")),
    },
    {
      key: "bdl-3",
      holds: (each) =>
        list(each, "entry").every(
          (entry) => has(entry, "request") === isOf(each, "batch", "transaction", "history"),
        ),
    },
    {
      key: "bdl-4",
      holds: (each) =>
        list(each, "entry").every(
          (entry) =>
            has(entry, "response") ===
            isOf(each, "batch-response", "transaction-response", "history"),
        ),
    },
    { key: "bdl-7", holds: (each) => isOf(each, "history") || hasDistinctUrls(each) },
    {
      key: "bdl-9",
      holds: (each) => {
        const identifier = (each["identifier"] ?? {}) as Element;
        return !isOf(each, "document") || (has(identifier, "system") && has(identifier, "value"));
      },
    },
    { key: "bdl-10", holds: (each) => !isOf(each, "document") || each["timestamp"] !== undefined },
    {
      key: "bdl-11",
      holds: (each) => !isOf(each, "document") || firstType(each) === "Composition",
    },
    {
      key: "bdl-12",
      holds: (each) => !isOf(each, "message") || firstType(each) === "MessageHeader",
    },
  ],
  "Bundle.entry": [
    {
      key: "bdl-5",
      holds: (each) => has(each, "resource") || has(each, "request") || has(each, "response"),
    },
    { key: "bdl-8", holds: ({ fullUrl }) => !String(fullUrl ?? "").includes("/_history/") },
  ],
};

function hasDistinctUrls(bundle: Element): boolean {
  const seen = new Set<string>();
  return list(bundle, "entry").every((entry) => {
    if (entry["fullUrl"] === undefined) return true;
    const { meta } = (entry["resource"] ?? {}) as { readonly meta?: Element };
    const key = JSON.stringify([entry["fullUrl"], meta?.["versionId"]]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
