import { parseMessage } from "#lib/hl7v2";
import type { Message } from "#lib/hl7v2";
import { convertMessage } from "../../transforms/hl7v2-to-fhir/convert.ts";
import { validateResource } from "../../transforms/validate-fhir/fhir-validator.ts";
import { measureAll } from "./measure.ts";

const options = { timeZone: "UTC", receivedAt: "2026-01-01T00:00:00Z" };

/** Bytes to every component's text, so that nothing is left to be read later. */
function parseWhole(bytes: Uint8Array): Message {
  const message = parseMessage(bytes);
  for (const segment of message.segments) {
    for (let field = 1; field <= segment.fieldCount; field += 1) {
      for (const repetition of segment.field(field).repetitions) {
        for (const component of repetition.components)
          if (component.value === "\u0000") return message;
      }
    }
  }
  return message;
}

function convert(bytes: Uint8Array, check: boolean): string[] {
  const result = convertMessage(parseMessage(bytes), options);
  if (!("made" in result)) throw new Error(result.text);
  return result.made.map(({ resource }) => {
    if (check && validateResource(resource).length > 0) throw new Error("not valid");
    return JSON.stringify(resource);
  });
}

measureAll((_, bytes) => [
  [{ task: "parse" }, () => parseWhole(bytes)],
  [{ task: "convert" }, () => convert(bytes, false)],
  [{ task: "validate" }, () => convert(bytes, true)],
]);
