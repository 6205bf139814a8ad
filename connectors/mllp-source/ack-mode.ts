import type { AckCode } from "#lib/hl7v2";

export type PositiveCode = "AA" | "CA";
export type NegativeCode = Exclude<AckCode, PositiveCode>;

/** How a sender wants to be answered. */
export type AckPlan =
  /** Original mode: one application acknowledgment. */
  | { readonly kind: "original" }
  /** Enhanced mode: an accept and an application acknowledgment, each under its condition. */
  | { readonly kind: "enhanced"; readonly accept: AckCondition; readonly application: AckCondition }
  /** MLLP release 2: a block with a single byte. */
  | { readonly kind: "commit-block" }
  | { readonly kind: "never" };

/** Table 0155 "Accept/application acknowledgment conditions". */
export type AckCondition = "AL" | "NE" | "ER" | "SU";

export type AckModeSetting = "message" | "original" | "accept" | "never" | "commit-block";

const isCondition = (text: string): text is AckCondition =>
  text === "AL" || text === "NE" || text === "ER" || text === "SU";

/**
 * What MSH-15 and MSH-16 ask for. Both empty is original mode; one empty counts as NE. A value that is
 * not in table 0155 is no usable wish, so original mode holds.
 *
 * Source: HL7 v2.9 chapters 2.9.2 and 2.9.3.
 */
export function ackPlan(setting: string, msh15: string, msh16: string): AckPlan {
  switch (setting as AckModeSetting) {
    case "original":
      return { kind: "original" };
    case "accept":
      return { kind: "enhanced", accept: "AL", application: "NE" };
    case "never":
      return { kind: "never" };
    case "commit-block":
      return { kind: "commit-block" };
    case "message": {
      if (msh15 === "" && msh16 === "") return { kind: "original" };
      const accept = msh15 || "NE";
      const application = msh16 || "NE";
      if (!isCondition(accept) || !isCondition(application)) return { kind: "original" };
      return { kind: "enhanced", accept, application };
    }
  }
}

const isWanted = (condition: AckCondition, isSuccess: boolean): boolean =>
  condition === "AL" || condition === (isSuccess ? "SU" : "ER");

/** The codes of the answers to a message that is stored, in order. */
export function positiveCodes(plan: AckPlan): readonly PositiveCode[] {
  switch (plan.kind) {
    case "original":
      return ["AA"];
    case "enhanced": {
      const codes: PositiveCode[] = [];
      if (isWanted(plan.accept, true)) codes.push("CA");
      if (isWanted(plan.application, true)) codes.push("AA");
      return codes;
    }
    default:
      return [];
  }
}

/**
 * The codes of the answers to a message that is not taken. A refused accept acknowledgment is the last
 * word: no application acknowledgment follows it. `code` with A becomes its accept form where an accept
 * acknowledgment is owed; one with C was chosen for this sender and is sent as it is.
 */
export function negativeCodes(plan: AckPlan, code: NegativeCode): readonly NegativeCode[] {
  switch (plan.kind) {
    case "original":
      return [code];
    case "enhanced": {
      const accept = code === "AE" ? "CE" : code === "AR" ? "CR" : code;
      if (isWanted(plan.accept, false)) return [accept];
      const application = code === "CE" ? "AE" : code === "CR" ? "AR" : code;
      return isWanted(plan.application, false) ? [application] : [];
    }
    default:
      return [];
  }
}
