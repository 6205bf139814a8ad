/** What stands in front of a message. Source: RFC 5424, section 6. */
export interface SyslogHeader {
  /** 10 is security. */
  readonly facility: number;
  /** 4 warning, 5 notice. */
  readonly severity: number;
  /** ISO 8601, with milliseconds. */
  readonly at: string;
  readonly hostname: string;
  readonly appName: string;
  readonly procId: string;
  readonly msgId: string;
}

const BOM = "\uFEFF";

/** A message in UTF-8, without structured data. Fields of the header lose what may not stand in them. */
export function syslogMessage(header: SyslogHeader, text: string): string {
  const { facility, severity, at, hostname, appName, procId, msgId } = header;
  const fields = [
    `<${facility * 8 + severity}>1`,
    at,
    printable(hostname, 255),
    printable(appName, 48),
    printable(procId, 128),
    printable(msgId, 32),
    "-",
  ];
  return `${fields.join(" ")} ${BOM}${text}`;
}

/** PRINTUSASCII of at most so many characters; "-" for nothing. */
function printable(text: string, max: number): string {
  return text.replaceAll(/[^\u0021-\u007E]/g, "").slice(0, max) || "-";
}
