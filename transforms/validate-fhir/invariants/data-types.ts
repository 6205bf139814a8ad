import { has, hasChoice, isNotAfter, list, numberOf } from "./element.ts";
import type { Element, Invariant } from "./element.ts";

const UCUM = "http://unitsofmeasure.org";

const isUcumOrNone = (element: Element): boolean =>
  element["system"] === undefined || element["system"] === UCUM;
const valueNeedsCode = (element: Element): boolean =>
  has(element, "code") || !has(element, "value");

const quantity: Invariant = {
  key: "qty-3",
  holds: (element) => !has(element, "code") || has(element, "system"),
};

const needs =
  (name: string, other: string) =>
  (element: Element): boolean =>
    !has(element, name) || has(element, other);

/**
 * Invariants of the data types, by type or by the path of an element in it.
 *
 * Source: FHIR R4 4.0.1, the StructureDefinitions' constraints of severity error. ele-1 (an element has a value or children)
 * is part of the JSON Schemas.
 */
export const dataTypeInvariants: Readonly<Record<string, readonly Invariant[]>> = {
  Extension: [
    { key: "ext-1", holds: (element) => has(element, "extension") !== hasChoice(element, "value") },
  ],
  Attachment: [{ key: "att-1", holds: needs("data", "contentType") }],
  ContactPoint: [{ key: "cpt-2", holds: needs("value", "system") }],
  Quantity: [quantity],
  Age: [
    quantity,
    {
      key: "age-1",
      holds: (element) =>
        valueNeedsCode(element) && isUcumOrNone(element) && (numberOf(element["value"]) ?? 1) > 0,
    },
  ],
  Count: [
    quantity,
    {
      key: "cnt-3",
      holds: (element) =>
        valueNeedsCode(element) &&
        isUcumOrNone(element) &&
        (element["code"] === undefined || element["code"] === "1") &&
        Number.isInteger(numberOf(element["value"]) ?? 0),
    },
  ],
  Distance: [
    quantity,
    { key: "dis-1", holds: (element) => valueNeedsCode(element) && isUcumOrNone(element) },
  ],
  Duration: [
    quantity,
    {
      key: "drt-1",
      holds: (element) =>
        !has(element, "code") || (element["system"] === UCUM && has(element, "value")),
    },
  ],
  Narrative: [
    { key: "txt-1", holds: ({ div }) => typeof div !== "string" || isPlainHtml(div) },
    { key: "txt-2", holds: ({ div }) => typeof div !== "string" || hasContent(div) },
  ],
  Period: [{ key: "per-1", holds: ({ start, end }) => isNotAfter(start, end) }],
  Range: [{ key: "rng-2", holds: isOrdered }],
  Ratio: [
    {
      key: "rat-1",
      holds: (element) =>
        has(element, "numerator") === has(element, "denominator") &&
        (has(element, "numerator") || has(element, "extension")),
    },
  ],
  Expression: [
    { key: "exp-1", holds: (element) => has(element, "expression") || has(element, "reference") },
  ],
  Reference: [{ key: "ref-1", holds: isContained }],
  "Timing.repeat": [
    { key: "tim-1", holds: needs("duration", "durationUnit") },
    { key: "tim-2", holds: needs("period", "periodUnit") },
    { key: "tim-4", holds: ({ duration }) => (numberOf(duration) ?? 0) >= 0 },
    { key: "tim-5", holds: ({ period }) => (numberOf(period) ?? 0) >= 0 },
    { key: "tim-6", holds: needs("periodMax", "period") },
    { key: "tim-7", holds: needs("durationMax", "duration") },
    { key: "tim-8", holds: needs("countMax", "count") },
    {
      key: "tim-9",
      holds: (element) =>
        !has(element, "offset") ||
        (has(element, "when") &&
          !list(element, "when").some((when) => ["C", "CM", "CD", "CV"].includes(String(when)))),
    },
    {
      key: "tim-10",
      holds: (element) => !has(element, "timeOfDay") || !has(element, "when"),
    },
  ],
};

/** Only when both have the same unit can low and high be compared. */
function isOrdered(range: Element): boolean {
  const [low = {}, high = {}] = [range["low"], range["high"]] as (Element | undefined)[];
  const [least, most] = [numberOf(low["value"]), numberOf(high["value"])];
  if (least === undefined || most === undefined || low["code"] !== high["code"]) return true;
  return least <= most;
}

function isContained({ reference }: Element, root: Element): boolean {
  if (typeof reference !== "string" || !reference.startsWith("#")) return true;
  const id = reference.slice(1);
  return id === "" || list(root, "contained").some((resource) => resource["id"] === id);
}

const FORBIDDEN =
  /<\s*(?:script|style|iframe|object|embed|form|input|button|link|base|head|body|frame)\b|\son[a-z]+\s*=|javascript:/i;

const isPlainHtml = (div: string): boolean =>
  /^<div[^>]*\sxmlns="http:\/\/www\.w3\.org\/1999\/xhtml"/.test(div) && !FORBIDDEN.test(div);

const hasContent = (div: string): boolean =>
  /<img\b/.test(div) || div.replaceAll(/<[^>]*>/g, "").trim() !== "";
