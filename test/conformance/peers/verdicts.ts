import type { Difference } from "./differences.ts";

/** Who is right where two conversions differ. */
export type Right = "ours" | "both" | "peer";

export interface Verdict {
  readonly right: Right;
  /** The same text for all differences of a kind: they are counted together. */
  readonly why: string;
}

/** A judgement of everything that differs at some places. */
interface Rule extends Verdict {
  readonly peer?: string;
  readonly path: RegExp;
}

const OURS = (why: string): Verdict => ({ right: "ours", why });
const BOTH = (why: string): Verdict => ({ right: "both", why });

/** What a difference is by its values alone. `ourTexts`: every text of our conversion, in lower case. */
function byValue(
  { kind, path, peer, ours, isDuplicate }: Difference,
  ourTexts: ReadonlySet<string>,
): Verdict | undefined {
  if (kind === "ours") return OURS("said by ours alone");
  if (isDuplicate)
    return OURS("the peer makes a resource again for each mention; ours makes it once");
  if (peer === undefined) return undefined;
  if (peer.includes("example.com")) return OURS("a placeholder of the peer's");
  if (peer.startsWith("→"))
    return BOTH("a reference to what is paired with another resource, or made by one side alone");
  if (ours !== undefined) {
    if (isTime(peer) && isTime(ours)) {
      if (Date.parse(peer) === Date.parse(ours))
        return OURS("the same instant; ours keeps the sender's offset");
      if (peer.slice(0, 16) === ours.slice(0, 16))
        return BOTH("no offset was sent; each has its own default zone");
    }
    if (bare(peer) === bare(ours))
      return OURS("the same, in other case, or an OID without urn:oid:");
  }
  if (/reportstream\.cdc\.gov|hl7v2-date-time/.test(path)) {
    return ourTexts.has(bare(peer))
      ? BOTH("an extension of the peer's own; ours says it elsewhere")
      : OURS("an extension of the peer's own: raw texts, names of code systems and of segments");
  }
  return ourTexts.has(bare(peer))
    ? BOTH("ours says it, at another place or of another resource")
    : undefined;
}

const isTime = (text: string): boolean => /^\d{4}-\d\d-\d\dT/.test(text);

/** A text as it is compared: systems are spelled with and without urn:oid:. */
export function bare(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/^urn:(?:oid|uuid):/, "");
}

const rules: readonly Rule[] = [
  // Whole resources.
  {
    peer: "ReportStream",
    path: /^Provenance$/,
    ...OURS(
      "a Provenance without agent for each organization or order, invalid in R4; ours has one with all agents",
    ),
  },
  {
    path: /^Organization$/,
    ...BOTH(
      "an Organization for each HD; ours says it as system and assigner of the identifier, or has it once with more content",
    ),
  },
  {
    peer: "ReportStream",
    path: /^(?:Location(?:\.identifier\.value)?|Practitioner|PractitionerRole|RelatedPerson|Coverage)$/,
    ...BOTH(
      "a resource for each mention, with the HD parts as identifiers; ours has it once, with what all mentions say",
    ),
  },
  {
    peer: "Microsoft",
    path: /^Location$/,
    right: "peer",
    why: "places of PRT-9, ACC-6 and NDL that ours does not make in these messages",
  },
  {
    path: /^Location\.(?:identifier\.value|physicalType\.coding\.code|name|description)$/,
    ...BOTH(
      "another level of the same PL: each converter pairs its chain of places in its own way",
    ),
  },
  {
    path: /^Specimen$/,
    ...OURS(
      "an empty Specimen for each OBR; ours makes one of SPM, or of OBR fields that say something of it",
    ),
  },
  {
    peer: "Microsoft",
    path: /^DiagnosticReport$/,
    ...OURS("a report for each OBR of an order or a charge; ours makes one where results are sent"),
  },
  {
    peer: "Microsoft",
    path: /^Observation$/,
    ...OURS(
      "observations with codes of the peer's own, of PDA, ACC and documents; ours keeps the fields, or has the document",
    ),
  },
  {
    path: /^(?:Procedure|MedicationDispense|ServiceRequest|Account|Condition|ClaimResponse|Linkage|EpisodeOfCare|Medication|Encounter|AllergyIntolerance)$/,
    ...BOTH(
      "a resource more of FT1, PDA, DRG, RF1 or a parent order; ours has the fields in another resource",
    ),
  },
  {
    path: /^PractitionerRole$/,
    ...BOTH(
      "a role for each person; ours refers to the Practitioner where there is no more than a name",
    ),
  },
  {
    path: /^Practitioner$/,
    ...OURS("a Practitioner without a name, or of a field that ours keeps"),
  },
  {
    path: /^Device$/,
    ...BOTH(
      "AIG and PRT as Device; ours makes a HealthcareService of a general resource of an appointment",
    ),
  },
  {
    path: /^(?:DiagnosticReport|Provenance|Observation|RelatedPerson|Coverage)$/,
    ...BOTH("one resource more of the same segment"),
  },
  // Elements.
  {
    path: /^Provenance\.activity\.coding\.(?:display|system)$/,
    ...OURS("the guide's own text, `message - ` and MSH-9"),
  },
  {
    path: /^Provenance\.recorded$/,
    ...OURS("the time of the message; the peer's is that of its own run"),
  },
  {
    path: /(?:telecom\.value)$/,
    ...OURS("the parts of XTN as the guide puts them together; other numbers of the XTN are kept"),
  },
  {
    path: /telecom\.use$/,
    ...OURS("XTN.3 CP is a mobile (guide); the peer takes the field's use"),
  },
  { path: /address\.district$/, ...OURS("PID-12 goes before XAD.9 under the guide's condition") },
  {
    path: /identifier\.type\.coding\.(?:code|system)$/,
    ...OURS(
      "the type that the guide assigns (SS for a social security number, PLAC and FILL), or the sender's own",
    ),
  },
  {
    path: /identifier\.system$/,
    ...OURS(
      "a system by the kind of the field; ours takes the one that the assigning authority names",
    ),
  },
  { path: /identifier\.value$/, ...BOTH("the value as one text; ours takes its parts") },
  { path: /us-core-(?:race|ethnicity).*valueString$/, ...OURS("the sender's wording") },
  { path: /mothersMaidenName/, ...OURS("the extension is one string: the family name") },
  {
    path: /patient-religion|Encounter\.(?:priority|serviceType|class)|Coverage\.(?:type|relationship)|diagnosis\.(?:use|role)|relationship\.coding|PractitionerRole\.code|Procedure\.performer\.function|securityLabel|appointmentType/,
    ...OURS(
      "the code that the guide's concept map gives, or the sender's own where it has none; the peer has a map of its own",
    ),
  },
  {
    path: /communication\.language/,
    ...OURS(
      "one BCP 47 tag, which the required kind of code allows, and the sender's wording as text",
    ),
  },
  {
    path: /^(?:Observation|ServiceRequest|Procedure|ChargeItem|MedicationDispense|Account|Encounter|DocumentReference|Appointment|Medication\w*)\.(?:participant\.)?(?:status|docStatus|intent|lifecycleStatus)$/,
    ...OURS(
      "the status that the guide's tables or the event give; the peer says unknown or has a table of its own",
    ),
  },
  {
    path: /Appointment\.(?:start|end)|boundsPeriod/,
    ...OURS("the guide's field (SCH-11, TQ1-7); the peer takes another one"),
  },
  {
    path: /(?:length|boundsDuration|Duration)\.(?:system|unit)$/,
    ...OURS("UCUM's URI has no slash at its end; units are its codes"),
  },
  { path: /\.(?:timing|repeat)\./, ...BOTH("another reading of a repeat pattern") },
  {
    path: /(?:note|comment|description|valueString|valueTime)(?:\.text)?$/,
    ...OURS("all lines, decoded; a time in FHIR's form"),
  },
  {
    path: /(?:coding\.display|performer\.function\.text|physicalType)/,
    ...BOTH("a display that the peer adds; ours has what was sent"),
  },
  {
    path: /coding\.system$/,
    ...OURS("a URI of the peer's own for a system that has another, or none"),
  },
  {
    path: /\.version$/,
    right: "peer",
    why: "the version of a code that the concept map replaces is not kept",
  },
  {
    path: /(?:period|Date|DateTime|recorded|issued)(?:\.\w+)?$/,
    ...BOTH("another precision, or another field of the same time"),
  },
  { path: /^Consent\.|^MessageHeader\.|meta\./, ...BOTH("a constant of each converter's own") },
];

/** Who is right, and why; undefined for what nobody has judged. */
export function verdictOf(
  peer: string,
  difference: Difference,
  ourTexts: ReadonlySet<string>,
): Verdict | undefined {
  const found = byValue(difference, ourTexts);
  if (found) return found;
  return rules.find(
    (rule) => (rule.peer === undefined || rule.peer === peer) && rule.path.test(difference.path),
  );
}
