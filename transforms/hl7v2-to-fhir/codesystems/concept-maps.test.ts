import assert from "node:assert/strict";
import { test } from "node:test";
import { codesOf, conceptMap, conceptMapNames, mapCode } from "./concept-maps.ts";

test("a v2 code becomes system and code of FHIR", () => {
  assert.deepEqual(mapCode("AdministrativeSex", "F"), {
    system: "http://hl7.org/fhir/administrative-gender",
    code: "female",
  });
  assert.deepEqual(mapCode("IdentifierType", "MR"), {
    system: "http://terminology.hl7.org/CodeSystem/v2-0203",
    code: "MR",
  });
});

test("a code that a map does not hold has no coding, and case counts", () => {
  assert.equal(mapCode("AdministrativeSex", "X"), undefined);
  assert.equal(mapCode("AdministrativeSex", "f"), undefined);
  assert.equal(mapCode("AdministrativeSex", "toString"), undefined);
});

test("where the guide only lists the FHIR codes, each stands for itself", () => {
  assert.deepEqual(mapCode("VIPIndicator", "STF"), {
    system: "http://terminology.hl7.org/CodeSystem/v3-EncounterSpecialCourtesy",
    code: "STF",
  });
});

test("a row with a v2 code goes before one without", () => {
  // P is "domestic partner" in v2 and "polygamous" among the FHIR codes that the guide adds.
  assert.equal(mapCode("MaritalStatus", "P")?.code, "T");
});

test("codesOf leaves out the codes of other systems", () => {
  const system = "http://hl7.org/fhir/contact-point-system";
  assert.equal(codesOf("TelecommunicationEquipmentType", system)["CP"], undefined);
  assert.equal(codesOf("TelecommunicationEquipmentType")["CP"], "mobile");
});

test("every coding has a URI and a code without white space at its ends", () => {
  for (const name of conceptMapNames) {
    for (const [v2Code, { system, code }] of conceptMap(name)) {
      assert.match(system, /^(?:https?:\/\/|urn:)\S+[^/\s]$/, name);
      assert.match(code, /^\S+(?: \S+)*$/, name);
      assert.match(v2Code, /^\S+(?: \S+)*$/, name);
    }
  }
});
