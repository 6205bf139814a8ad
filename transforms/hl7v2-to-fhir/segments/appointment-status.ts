import type { Appointment } from "fhir/r4";
import { codeTable } from "../codesystems/code-table.ts";
import { mapCode } from "../codesystems/concept-maps.ts";

/** Table 0278 to the status of an appointment, where the guide's map is silent. */
const STATUS: Readonly<Record<string, Appointment["status"]>> = codeTable({
  BOOKED: "booked",
  COMPLETE: "fulfilled",
  CANCELLED: "cancelled",
  DELETED: "entered-in-error",
  NOSHOW: "noshow",
  "NO SHOW": "noshow",
  PENDING: "pending",
  STARTED: "arrived",
  WAITLIST: "waitlist",
  BLOCKED: "pending",
  DC: "cancelled",
  OVERBOOK: "booked",
});

/** How an appointment stands, by SCH-25 or AIS-10 (table 0278). */
export function appointmentStatus(code: string): Appointment["status"] | undefined {
  const mapped = mapCode("FillerStatusCodes[Appointment]", code)?.code;
  return (mapped as Appointment["status"] | undefined) ?? STATUS[code.toUpperCase()];
}
