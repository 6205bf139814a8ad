// Counts what the conversion's own declarations cover: npm run count:maps
import { coverageOf, declaredMaps } from "../transforms/hl7v2-to-fhir/fixtures/declared-maps.ts";
import { convertedEvents } from "../transforms/hl7v2-to-fhir/library.ts";

const { maps, segments, fields, kept, ignored } = coverageOf(await declaredMaps());
const lines = [
  `trigger events  ${convertedEvents().length}`,
  `segment maps    ${maps}`,
  `segments        ${segments.size}`,
  `fields          ${fields.size}, of them ${kept.size} only as an extension named after the field`,
  `left out        ${ignored.size} fields, each with a reason`,
];
process.stdout.write(`${lines.join("\n")}\n`);
