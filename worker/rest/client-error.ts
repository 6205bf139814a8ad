import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";

/** What Node's parser calls a request that it gives up. */
const STATUS: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
};

/**
 * Answers what is no HTTP request, or one whose head is too long or too slow: an error like any other, after
 * which the connection ends.
 */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  // There is nobody to answer any more.
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy(error);
    return;
  }
  const status = STATUS[error.code ?? ""] ?? 400;
  const reason = STATUS_CODES[status] ?? "";
  const body = JSON.stringify({ error_code: status, message: `HTTP ${status} ${reason}` });
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
