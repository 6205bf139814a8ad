export { SyslogSender, readSyslogTarget } from "./syslog-sender.ts";
export type { SyslogSenderOptions, SyslogTarget } from "./syslog-sender.ts";
export { syslogMessage } from "./syslog-message.ts";
export type { SyslogHeader } from "./syslog-message.ts";
