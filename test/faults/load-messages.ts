import { hash } from "node:crypto";

/** Stands in every message where patients' data are; nothing but the topics may ever show it. */
export const CANARY = "Zyxwvutsrq-Canary";

export interface LoadMessage {
  readonly id: string;
  readonly sha256: string;
  readonly bytes: Buffer;
}

/**
 * A result of an invented patient. Each connection has eight patients of its own, and one of five senders.
 * `sizeBytes` is reached by a note.
 */
export function loadMessage(options: {
  readonly run: string;
  readonly connection: number;
  readonly sequence: number;
  readonly sizeBytes: number;
}): LoadMessage {
  const { run, connection, sequence, sizeBytes } = options;
  const id = `${run}-${connection}-${sequence}`;
  const head = [
    `MSH|^~\\&|SND${connection % 5}|FAC|CC|CX|20260101120000||ORU^R01^ORU_R01|${id}|P|2.5.1`,
    `PID|1||P${connection}-${sequence % 8}^^^HOSP^MR||${CANARY}^${CANARY}`,
    `OBR|1|||718-7^Hemoglobin^LN|||20260101115500`,
    `OBX|1|NM|718-7^Hemoglobin^LN||7.${sequence % 100}|g/dL|||||F`,
    `NTE|1||${CANARY}`,
  ].join("\r");
  const filler = "x".repeat(Math.max(0, sizeBytes - head.length - 10));
  const bytes = Buffer.from(filler === "" ? `${head}\r` : `${head}\rNTE|2||${filler}\r`, "latin1");
  return { id, sha256: hash("sha256", bytes, "hex"), bytes };
}
