import type { Difference, Kind } from "./differences.ts";
import type { Right, Verdict } from "./verdicts.ts";

/** What the comparison with one peer came to. */
export class PeerReport {
  readonly peer: string;
  messages = 0;
  readonly #kinds: Record<Kind, number> = { same: 0, other: 0, peer: 0, ours: 0 };
  readonly #verdicts = new Map<
    string,
    { readonly right: Right; times: number; readonly paths: Map<string, number> }
  >();
  readonly #open = new Map<string, number>();
  #openTimes = 0;

  constructor(peer: string) {
    this.peer = peer;
  }

  add(difference: Difference, verdict: Verdict | undefined): void {
    const { kind, path } = difference;
    this.#kinds[kind] += 1;
    if (kind === "same" || kind === "ours") return;
    if (!verdict) {
      this.#openTimes += 1;
      this.#open.set(path, (this.#open.get(path) ?? 0) + 1);
      return;
    }
    const known = this.#verdicts.get(verdict.why) ?? {
      right: verdict.right,
      times: 0,
      paths: new Map(),
    };
    known.times += 1;
    known.paths.set(path, (known.paths.get(path) ?? 0) + 1);
    this.#verdicts.set(verdict.why, known);
  }

  get open(): number {
    return this.#openTimes;
  }

  /** `| Microsoft | 87 | … |` */
  row(): string {
    const { same, other, peer, ours } = this.#kinds;
    return `| ${this.peer} | ${this.messages} | ${same} | ${other} | ${peer} | ${ours} | ${this.#openTimes} |`;
  }

  verdictRows(): readonly string[] {
    return [...this.#verdicts]
      .toSorted((a, b) => b[1].times - a[1].times)
      .map(
        ([why, { right, times, paths }]) =>
          `| ${this.peer} | ${RIGHT[right]} | ${times} | ${why} | ${most(paths)} |`,
      );
  }

  openRows(): readonly string[] {
    return [...this.#open]
      .toSorted((a, b) => b[1] - a[1])
      .map(([path, times]) => `| ${this.peer} | ${times} | \`${path}\` |`);
  }
}

const RIGHT: Readonly<Record<Right, string>> = { ours: "ours", both: "both", peer: "the peer" };

/** The places that a verdict speaks of most. */
function most(paths: ReadonlyMap<string, number>): string {
  const places = [...paths].toSorted((a, b) => b[1] - a[1]);
  const named = places.slice(0, 3).map(([path, times]) => `\`${path}\` ${times}`);
  const rest = places.length - named.length;
  return [...named, ...(rest > 0 ? [`${rest} more`] : [])].join(", ");
}

/** docs/peers.md. */
export function peersText(reports: readonly PeerReport[]): string {
  return `# What other converters make of the same messages

Written by \`npm run test:peers\` from the sample messages that have a peer's output beside them (the folder that \`CLINICAL_DATA\` names); do not edit.
The outputs of Microsoft, ReportStream and Google are those that their projects publish; LinuxForHealth's are made by its converter
on the same machine (Java, Maven Central), of its own test messages.

Both conversions of a message are compared by content: resources of one type that share most are taken for the same, ids are
ignored, references count by what they lead to. Every element is then the same, another value, or said by one side alone.

| peer | messages | same | other value | only in the peer's | only in ours | not judged |
|---|--:|--:|--:|--:|--:|--:|
${reports.map((each) => each.row()).join("\n")}

What only ours says is not listed: it says more of each message. A verdict is either by the two values alone, or a rule that was made
from the examples at its places and stands for all of them. "not judged" are places that nobody looked at. What a peer said and ours did not say
anywhere was mended where the peer was right (names of local coding systems, further repetitions, names of assigning authorities, MSH-24 and MSH-25).

## Where they differ, and who is right

"both": FHIR and the guide allow either.

| peer | right | times | why | most often |
|---|---|--:|---|---|
${reports.flatMap((each) => each.verdictRows()).join("\n")}

## Not judged

| peer | times | element |
|---|--:|---|
${reports.flatMap((each) => each.openRows()).join("\n")}
`;
}
