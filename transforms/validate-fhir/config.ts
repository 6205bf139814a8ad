import { ConfigDef, oneOf } from "#connect-api";
import { LEVELS } from "./finding.ts";

export const LEVEL = "level";
export const ON_INVALID = "on.invalid";

export const configDef = new ConfigDef({
  [LEVEL]: {
    type: "STRING",
    default: "invariants",
    validator: oneOf(...LEVELS),
    importance: "HIGH",
    displayName: "Level",
    documentation:
      "What is checked. `structure`: elements, types, formats, cardinalities, codes with a required binding. `invariants`: the rules of FHIR that a schema cannot say, too. `references`: also that references point at types that their elements allow and, in a Bundle, at resources that are there.",
  },
  [ON_INVALID]: {
    type: "STRING",
    default: "fail",
    validator: oneOf("fail", "mark"),
    importance: "MEDIUM",
    displayName: "On invalid",
    documentation:
      "What becomes of an invalid resource. `fail`: it is a data error, so `errors.tolerance` and the dead letter queue decide. `mark`: it passes with an OperationOutcome in the header `fhir-validation`.",
  },
});
