import type { Attachment, DocumentReference } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { codeTable } from "../codesystems/code-table.ts";
import { referenceTo } from "../conversion.ts";
import {
  edToAttachment,
  inBinary,
  rpToAttachment,
  textAttachment,
} from "../datatypes/ed-attachment.ts";
import { wholeText } from "../datatypes/primitives.ts";
import { SET_ID, applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";
import { obx } from "./obx-observation.ts";

const DOC_STATUS: Readonly<Record<string, NonNullable<DocumentReference["docStatus"]>>> = codeTable(
  {
    F: "final",
    P: "preliminary",
    C: "amended",
    D: "entered-in-error",
  },
);

const { rule } = rowsFor<DocumentReference>();

/** Source: HL7 v2-to-FHIR, OBX[DocumentReference]. */
export const obxDocumentReference = segmentMap<DocumentReference>(
  "OBX[DocumentReference]",
  {
    2: rule("content", (field) => field.value !== ""),
    3: rule("content.attachment.title", (field, target) => {
      const title = field.component(2).value || field.value;
      const attachment = target.content.at(-1)?.attachment;
      if (title === "" || !attachment) return title !== "";
      attachment.title ??= title;
      return true;
    }),
    5: rule("content.attachment", (field) => field.text !== ""),
    11: rule("docStatus", (field, target) => {
      const status = DOC_STATUS[field.value];
      if (status) target.docStatus ??= status;
      return field.value !== "";
    }),
  },
  {
    1: SET_ID,
    4: "orders the parts of the document, which stand in that order",
    14: "when the content was observed; TXA says when the document was made",
  },
);

/**
 * A part of a document: an attachment of its own for ED and RP, a line of the text for everything else. The data go
 * into a Binary.
 */
export function obxToDocument(segment: Segment, state: State): void {
  const { conversion, document } = state;
  if (!document) return;
  const type = segment.field(2).value;
  if (type === "ED" || type === "RP") {
    segment.field(5).repetitions.forEach((repetition, index) => {
      const attachment = type === "ED" ? edToAttachment(repetition) : rpToAttachment(repetition);
      if (!attachment) return;
      const identity = ["document", document.id, String(segment.position), String(index)];
      document.content.push({
        attachment: inBinary(attachment, identity, document.subject, conversion),
      });
    });
  } else {
    const lines = segment
      .field(5)
      .repetitions.map((each) => wholeText(each, conversion, segment, 5) ?? "");
    state.documentLines.push(...lines);
    if (DISCRETE.has(type)) addObservation(segment, document, state);
  }
  applyMap(obxDocumentReference, segment, document, conversion);
  state.slots.owner = document;
}

/** Types of values that are results and no text: a weight that comes with a report, say. */
const DISCRETE: ReadonlySet<string> = new Set(
  "NM SN CE CWE CNE CF DT DTM TS TM DR NR NA MA".split(" "),
);

/** A result among the lines is an Observation, too, with its code and unit. The guide has it as a line alone. */
function addObservation(segment: Segment, document: DocumentReference, state: State): void {
  obx(segment, state);
  const { observation } = state.slots;
  state.slots.observation = undefined;
  if (!observation) return;
  const context = (document.context ??= {});
  (context.related ??= []).push(referenceTo(observation));
}

/** The lines of all its OBX are one text. */
export function finishDocument(state: State): void {
  const { conversion, document, documentLines } = state;
  if (!document) return;
  const text = documentLines.join("\n");
  if (text.trim() !== "") {
    const attachment: Attachment = textAttachment(text);
    const identity = ["document", document.id, "text"];
    document.content.unshift({
      attachment: inBinary(attachment, identity, document.subject, conversion),
    });
  }
}
