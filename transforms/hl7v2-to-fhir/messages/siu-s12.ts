import { finishAppointment } from "../segments/sch-appointment.ts";
import type { MessageMap } from "./message-map.ts";

/**
 * SIU_S12: appointments: booked (S12), moved (S13), changed (S14, S18 to S22), cancelled (S15), discontinued (S16), deleted (S17),
 * blocked times (S23, S24), not kept (S26). SCH-25 says more where it is filled.
 *
 * Source: HL7 v2-to-FHIR, message map SIU_S12.
 */
export const siuS12: MessageMap = {
  structure: "SIU_S12",
  events: {
    "SIU^S12": { appointment: "booked", status: "planned" },
    "SIU^S13": { appointment: "booked", status: "planned" },
    "SIU^S14": { appointment: "booked", status: "planned" },
    "SIU^S15": { appointment: "cancelled", status: "planned", operation: "CANCEL" },
    "SIU^S16": { appointment: "cancelled", status: "planned", operation: "CANCEL" },
    "SIU^S17": { appointment: "entered-in-error", status: "planned", operation: "DELETE" },
    "SIU^S18": { appointment: "booked", status: "planned" },
    "SIU^S19": { appointment: "booked", status: "planned" },
    "SIU^S20": { appointment: "booked", status: "planned" },
    "SIU^S21": { appointment: "booked", status: "planned" },
    "SIU^S22": { appointment: "booked", status: "planned" },
    "SIU^S23": { appointment: "booked", blocks: "busy" },
    "SIU^S24": { appointment: "booked", blocks: "free" },
    "SIU^S26": { appointment: "noshow", status: "planned" },
  },
  finish: finishAppointment,
};
