/**
 * Names of table 0211 to the labels of the Encoding standard. Upper case, without blanks.
 *
 * Source: HL7 table 0211 "Alternate character sets".
 */
const labels: Readonly<Record<string, string>> = {
  ASCII: "windows-1252",
  "8859/1": "iso-8859-1",
  "8859/2": "iso-8859-2",
  "8859/3": "iso-8859-3",
  "8859/4": "iso-8859-4",
  "8859/5": "iso-8859-5",
  "8859/6": "iso-8859-6",
  "8859/7": "iso-8859-7",
  "8859/8": "iso-8859-8",
  "8859/9": "windows-1254",
  "8859/15": "iso-8859-15",
  ISOIR14: "shift_jis",
  ISOIR87: "iso-2022-jp",
  ISOIR159: "iso-2022-jp",
  GB18030: "gb18030",
  GB18030_2000: "gb18030",
  KSX1001: "euc-kr",
  CNS11643: "big5",
  CNS11643_1992: "big5",
  BIG_5: "big5",
  "BIG-5": "big5",
  UNICODE: "utf-8",
  "UNICODEUTF-8": "utf-8",
  UTF8: "utf-8",
};

const decoders = new Map<string, InstanceType<typeof TextDecoder>>();
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The label of a charset named in MSH-18, or by its own name (`windows-1250`, `ISO-8859-1`);
 * undefined when it is not known.
 */
export function charsetLabel(name: string): string | undefined {
  const key = name.toUpperCase().replaceAll(/\s+/g, "");
  const known = labels[key] ?? labels[key.replace(/^ISO-?/, "").replace("8859-", "8859/")];
  if (known) return known;
  try {
    return new TextDecoder(name.trim()).encoding;
  } catch {
    return undefined;
  }
}

/**
 * Decodes a message's bytes. Never throws: without a usable name the bytes are read as UTF-8 when
 * they are valid, and as windows-1252 otherwise; a named charset that does not fit yields U+FFFD.
 *
 * ASCII is a claim that senders make and break, so it is checked the same way as no claim at all.
 */
export function decodeBytes(
  bytes: Uint8Array,
  name: string | undefined,
): { readonly text: string; readonly charset: string } {
  const label = name && name.toUpperCase() !== "ASCII" ? charsetLabel(name) : undefined;
  if (label !== undefined) {
    let decoder = decoders.get(label);
    if (!decoder) {
      decoder = new TextDecoder(label, { ignoreBOM: true });
      decoders.set(label, decoder);
    }
    return { text: decoder.decode(bytes), charset: label };
  }
  try {
    return { text: strictUtf8.decode(bytes), charset: "utf-8" };
  } catch {
    return { text: latin1(bytes, "windows-1252"), charset: "windows-1252" };
  }
}

function latin1(bytes: Uint8Array, label: string): string {
  return new TextDecoder(label).decode(bytes);
}
