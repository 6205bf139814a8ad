import type { Attachment, Reference } from "fhir/r4";
import type { Repetition } from "#lib/hl7v2";
import type { Conversion } from "../conversion.ts";
import { bytesToBase64, hexToBytes } from "./base64.ts";
import { codeTable } from "../codesystems/code-table.ts";

/** Media types of ED.3 (table 0191 and 0291) that senders write without their kind. */
const MEDIA_TYPES: Readonly<Record<string, string>> = codeTable({
  PDF: "application/pdf",
  RTF: "application/rtf",
  HTML: "text/html",
  SGML: "text/sgml",
  XML: "application/xml",
  JPEG: "image/jpeg",
  JPG: "image/jpeg",
  GIF: "image/gif",
  PNG: "image/png",
  TIFF: "image/tiff",
  TIF: "image/tiff",
  DICOM: "application/dicom",
  PLAIN: "text/plain",
  TEXT: "text/plain",
  FT: "text/plain",
  TX: "text/plain",
  BASIC: "audio/basic",
  WAV: "audio/wav",
  MPEG: "video/mpeg",
  "X-HL7-CDA-LEVEL-ONE": "application/hl7-cda+xml",
});

/** The media type of ED.2 and ED.3 (or RP.3 and RP.4); undefined when they name none. */
export function mediaType(type: string, subtype: string): string | undefined {
  for (const text of [subtype, type]) {
    if (/^[a-z]+\/[\w.+-]+$/i.test(text)) return text.toLowerCase();
  }
  const known = MEDIA_TYPES[subtype.toUpperCase()] ?? MEDIA_TYPES[type.toUpperCase()];
  if (known) return known;
  const kind = type.toLowerCase();
  return /^(application|audio|image|text|video|model)$/.test(kind) && /^[\w.+-]+$/.test(subtype)
    ? `${kind}/${subtype.toLowerCase()}`
    : undefined;
}

/**
 * Maps an ED to an Attachment: ED.2 and ED.3 contentType, ED.4 and ED.5 data (Base64, Hex or text).
 *
 * What is not valid in the encoding that ED.4 names counts as text, so that nothing is lost. undefined without ED.5.
 * Linear in the size of the data. Source: HL7 v2-to-FHIR, ED[Attachment].
 */
export function edToAttachment(ed: Repetition): Attachment | undefined {
  const content = ed.component(5).text;
  if (content === "" || content === '""') return undefined;
  const type = ed.component(2).value;
  const contentType = mediaType(type, ed.component(3).value);
  const data = base64Of(content, ed.component(4).value) ?? textBase64(ed.component(5).value);
  return {
    ...(contentType === undefined ? {} : { contentType }),
    data,
  };
}

function base64Of(content: string, encoding: string): string | undefined {
  const kind = encoding.toUpperCase();
  if (kind === "HEX") {
    const bytes = hexToBytes(content);
    return bytes && bytesToBase64(bytes);
  }
  if (kind === "A") return undefined;
  // Line breaks that senders put into long data, as escapes or white space, belong to no data.
  const packed = content.replaceAll(/\\\.br\\|\\X0[AD]\\|\s/gi, "");
  return isBase64(packed) ? packed : undefined;
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

function textBase64(text: string): string {
  return bytesToBase64(new TextEncoder().encode(text));
}

/** Maps an RP to an Attachment: RP.1 url, RP.3 and RP.4 contentType. Source: HL7 v2-to-FHIR, RP[Attachment]. */
export function rpToAttachment(rp: Repetition): Attachment | undefined {
  // A URL has no white space; what a pointer has of it is written as URLs write it.
  const url = rp.component(1).value.trim().replaceAll(/\s/g, encodeURIComponent);
  if (url === "") return undefined;
  const contentType = mediaType(rp.component(3).value, rp.component(4).value);
  return { ...(contentType === undefined ? {} : { contentType }), url };
}

/** Text, such as a TX or FT, as an attachment. */
export function textAttachment(text: string): Attachment {
  return { contentType: "text/plain; charset=utf-8", data: textBase64(text) };
}

/**
 * Puts the data of an attachment into a Binary of its own and returns the attachment that points there, so that
 * several resources can show one document without holding it each.
 */
export function inBinary(
  attachment: Attachment,
  identity: readonly string[],
  securityContext: Reference | undefined,
  conversion: Conversion,
): Attachment {
  if (attachment.data === undefined) return attachment;
  const { data, ...rest } = attachment;
  const { reference } = conversion.add({
    resourceType: "Binary",
    id: conversion.id("Binary", ...identity),
    contentType: attachment.contentType ?? "application/octet-stream",
    ...(securityContext ? { securityContext } : {}),
    data,
  });
  return { ...rest, url: reference };
}
