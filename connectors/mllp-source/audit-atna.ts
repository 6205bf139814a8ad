import type { AuditEvent } from "./audit.ts";

/** A code of DICOM's controlled terminology. Source: DICOM PS3.16, CID 400 to 403. */
type Code = readonly [code: string, text: string];

const APPLICATION_ACTIVITY: Code = ["110100", "Application Activity"];
const IMPORT: Code = ["110107", "Import"];
const SECURITY_ALERT: Code = ["110113", "Security Alert"];
const APPLICATION_START: Code = ["110120", "Application Start"];
const APPLICATION_STOP: Code = ["110121", "Application Stop"];
const NODE_AUTHENTICATION: Code = ["110126", "Node Authentication"];
const SECURITY_CONFIGURATION: Code = ["110129", "Security Configuration"];
const RESTRICTED_FUNCTION: Code = ["110132", "Use of Restricted Function"];
const RECORDING_STOPPED: Code = ["110133", "Audit Recording Stopped"];
const APPLICATION: Code = ["110150", "Application"];
const DESTINATION: Code = ["110152", "Destination Role ID"];
const SOURCE: Code = ["110153", "Source Role ID"];

/** Success, minor failure (the sender was told), serious failure. Source: DICOM PS3.15 A.5.1. */
const [SUCCESS, MINOR, SERIOUS] = [0, 4, 8] as const;

interface EventForm {
  readonly id: Code;
  readonly type: Code | undefined;
  /** C created, E executed. */
  readonly action: "C" | "E";
  readonly outcome: number;
}

/** Outcomes of messages that leave nothing to do: stored now, or before. */
const GOOD: ReadonlySet<unknown> = new Set(["accepted", "duplicate"]);
const UNKNOWN: ReadonlySet<unknown> = new Set(["not-stored", "unavailable", "abandoned"]);
/** Refusals of a connection that are about who is calling. */
const ABOUT_IDENTITY: ReadonlySet<unknown> = new Set([
  "not-allowed",
  "proxy-header",
  "tls",
  "tls-timeout",
]);

/** What an event is in DICOM's terms; undefined: it has none, such as a connection that was made and ended well. */
function formOf(event: AuditEvent): EventForm | undefined {
  const activity = (type: Code): EventForm => ({
    id: APPLICATION_ACTIVITY,
    type,
    action: "E",
    outcome: SUCCESS,
  });
  const alert = (type: Code, outcome: number): EventForm => ({
    id: SECURITY_ALERT,
    type,
    action: "E",
    outcome,
  });
  switch (event.action) {
    case "listener-started":
      return activity(APPLICATION_START);
    case "listener-stopped":
    case "listener-suspended":
      return activity(APPLICATION_STOP);
    case "connection-refused": {
      const isIdentity = ABOUT_IDENTITY.has(event["reason"]);
      return alert(isIdentity ? NODE_AUTHENTICATION : RESTRICTED_FUNCTION, SERIOUS);
    }
    case "certificate-reloaded":
      return alert(SECURITY_CONFIGURATION, SUCCESS);
    case "certificate-unusable":
      return alert(SECURITY_CONFIGURATION, SERIOUS);
    case "events-lost":
      return alert(RECORDING_STOPPED, SERIOUS);
    case "message": {
      const { outcome } = event;
      const failure = UNKNOWN.has(outcome) ? SERIOUS : MINOR;
      return {
        id: IMPORT,
        type: undefined,
        action: "C",
        outcome: GOOD.has(outcome) ? SUCCESS : failure,
      };
    }
    case "connected":
    case "disconnected":
      return undefined;
  }
}

/**
 * The event as an ATNA audit message (XML); undefined for events that ATNA does not ask for. It names nodes, certificates
 * and the hash of a message; nothing of a patient.
 *
 * Source: DICOM PS3.15 A.5, IHE ITI TF-2 3.20.
 */
export function atnaMessage(event: AuditEvent, sourceId: string): string | undefined {
  const form = formOf(event);
  if (!form) return undefined;
  const outcomeText = [event["outcome"], event["reason"], event["code"]]
    .filter((each) => each !== undefined)
    .join(" ");
  const parts = [
    `<EventIdentification EventActionCode="${form.action}" EventDateTime="${event.at}" EventOutcomeIndicator="${form.outcome}">`,
    codeElement("EventID", form.id),
    form.type ? codeElement("EventTypeCode", form.type) : "",
    form.outcome !== SUCCESS && outcomeText !== ""
      ? `<EventOutcomeDescription>${escaped(outcomeText)}</EventOutcomeDescription>`
      : "",
    "</EventIdentification>",
    ...participants(event, form),
    // 4: an application server process. Source: DICOM PS3.15 A.5.2.
    `<AuditSourceIdentification AuditSourceID="${escaped(sourceId)}"><AuditSourceTypeCode csd-code="4" codeSystemName="DCM" originalText="Application Server Process"/></AuditSourceIdentification>`,
    event.action === "message" ? objectElement(event) : "",
  ];
  return `<?xml version="1.0" encoding="UTF-8"?><AuditMessage>${parts.join("")}</AuditMessage>`;
}

function participants(event: AuditEvent, { id }: EventForm): string[] {
  const listener = participant(event.listener, id === IMPORT ? DESTINATION : APPLICATION, false);
  const { peer, identity, sender } = event;
  if (peer === undefined) return [listener];
  const name = String(identity ?? sender ?? peer);
  return [participant(name, SOURCE, true, String(peer)), listener];
}

/** Network access point type 2 is an IP address. */
function participant(userId: string, role: Code, isRequestor: boolean, address?: string): string {
  const network =
    address === undefined
      ? ""
      : ` NetworkAccessPointID="${escaped(address)}" NetworkAccessPointTypeCode="2"`;
  return `<ActiveParticipant UserID="${escaped(userId)}" UserIsRequestor="${isRequestor}"${network}>${codeElement("RoleIDCode", role)}</ActiveParticipant>`;
}

/** The message as an object: by the hash of its bytes, which its record holds too, and by its place in the log. */
function objectElement(event: AuditEvent): string {
  const details = ["type", "place", "idSha256", "bytes"].flatMap((name) => {
    const value = event[name];
    if (value === undefined) return [];
    const encoded = Buffer.from(String(value)).toString("base64");
    return [`<ParticipantObjectDetail type="${name}" value="${encoded}"/>`];
  });
  // 2: system object, 20: job. Source: DICOM PS3.15 A.5.2.
  return `<ParticipantObjectIdentification ParticipantObjectID="${escaped(String(event["sha256"]))}" ParticipantObjectTypeCode="2" ParticipantObjectTypeCodeRole="20"><ParticipantObjectIDTypeCode csd-code="sha256" codeSystemName="99CLINICALCONNECT" originalText="SHA-256 of the message"/>${details.join("")}</ParticipantObjectIdentification>`;
}

function codeElement(name: string, [code, text]: Code): string {
  return `<${name} csd-code="${code}" codeSystemName="DCM" originalText="${text}"/>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

function escaped(text: string): string {
  return text
    .replaceAll(/[^\u0020-\u007E\u00A0-\uD7FF\uE000-\uFFFD]/g, "?")
    .replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}
