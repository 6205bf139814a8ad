import type { MessageMap } from "./message-map.ts";

/**
 * ACK: a general acknowledgment: what was answered (MSA) stands in the MessageHeader, what was wrong (ERR) in an
 * OperationOutcome. The trigger event is that of the message which was answered, or is missing.
 *
 * Source: HL7 v2-to-FHIR, MSA[MessageHeader]; it announces a message map of ACK and has none.
 */
export const ack: MessageMap = { structure: "ACK", events: { ACK: {} } };
