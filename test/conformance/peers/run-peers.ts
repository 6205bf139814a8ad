// `npm run test:peers`: compares by content what other converters make of the sample messages with what is made here, and
// writes docs/peers.md. CLINICAL_DATA names the folder with the samples.
//   --show PATH   prints the differences at one path (`Patient.telecom.value`), with their values; writes nothing
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { samplesFolder } from "../samples.ts";
import { compare } from "./differences.ts";
import { factsOf } from "./facts.ts";
import { linuxForHealthComparisons, sampleComparisons } from "./outputs.ts";
import type { Compared } from "./outputs.ts";
import { PeerReport, peersText } from "./report.ts";
import { bare, verdictOf } from "./verdicts.ts";

const { values } = parseArgs({ options: { show: { type: "string" } } });
const folder = samplesFolder();
if (folder === undefined) {
  process.stderr.write("CLINICAL_DATA is not set, or does not hold hl7v2-samples/.\n");
  process.exit(2);
}

const reports = new Map<string, PeerReport>();
function add({ peer, file, theirs, ours }: Compared): void {
  const report = reports.get(peer) ?? new PeerReport(peer);
  reports.set(peer, report);
  report.messages += 1;
  const texts = new Set(
    ours.flatMap(({ resource }) => factsOf(resource, () => "→").map(({ value }) => bare(value))),
  );
  for (const difference of compare(theirs, ours)) {
    const verdict = verdictOf(peer, difference, texts);
    report.add(difference, verdict);
    if (values.show === difference.path && difference.kind !== "same") {
      const { kind, peer: theirValue, ours: ourValue } = difference;
      process.stdout.write(
        `${file} ${kind}: ${theirValue ?? "-"} | ${ourValue ?? "-"} | ${verdict?.why ?? "not judged"}\n`,
      );
    }
  }
}
for (const each of sampleComparisons(folder)) add(each);
for (const each of linuxForHealthComparisons(folder)) add(each);

const all = [...reports.values()];
if (values.show === undefined) writeFileSync("docs/peers.md", peersText(all));
for (const report of all) process.stdout.write(`${report.row()}\n`);
