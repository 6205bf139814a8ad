import { DraftSegment } from "./draft.ts";
import { MessagePlaces, draft } from "./host-message.ts";
import type { HostMessage } from "./host-message.ts";
import type { Case } from "./judge.ts";
import { mapRows } from "./map-row.ts";
import type { MapRow } from "./map-row.ts";
import { typeAt } from "./sample.ts";
import { extensionUrls } from "./target.ts";
import { readTables } from "./tables.ts";

/** Messages for the segment maps that no message map of the guide uses. */
const unusedMaps: Readonly<Record<string, readonly [structure: string, ...segments: string[]]>> = {
  "IAM[AllergyIntolerance]": ["ADT_A60", "EVN", "PID", "PV1", "IAM"],
  "MSA[MessageHeader]": ["ACK_A01", "MSA"],
  "ORC[MedicationAdministration]": ["RAS_O17", "PID", "PV1", "ORC", "RXA", "RXR"],
  "ROL[RelatedPerson]": ["ADT_A01", "EVN", "PID", "ROL", "PV1"],
  "RXR[MedicationRequest]": ["OMP_O09", "PID", "PV1", "ORC", "RXO", "RXR"],
  "SFT[MessageHeader]": ["ADT_A01", "SFT", "EVN", "PID", "PV1"],
  "TQ1[MedicationRequest]": ["OMP_O09", "PID", "PV1", "ORC", "TQ1", "RXO", "RXR"],
};

/** What a segment must hold so that the map is the one to use, where neither its rows nor a message map say it. */
const ofMap: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  "PRT[RelatedPerson]": { 4: "SPO^Spouse^HL70063" },
  "ROL[RelatedPerson]": { 3: "SPO^Spouse^HL70063" },
};

/** A message in which the map is the one to use, and the segment that its rows speak of. */
export function forMap(map: string, { segments, tested }: HostMessage): HostMessage {
  const name = map.slice(0, 3);
  const own = tested.name === name ? tested : segments.find((each) => each.name === name);
  const spokenOf = own ?? tested;
  for (const [field, text] of Object.entries(ofMap[map] ?? {})) {
    spokenOf.setText(Number(field), text);
  }
  return { segments, tested: spokenOf };
}

/** `$this` with the map of a person makes that person, whatever the segment makes else: CX[RelatedPerson-Mother]. */
function resourceOf(dataTypeMap: string, segmentMap: string): string {
  const person = /\[((?:RelatedPerson|Practitioner)[A-Za-z]*)/.exec(dataTypeMap)?.[1];
  return person ?? /\[([A-Za-z]+)/.exec(segmentMap)?.[1] ?? "";
}

interface SegmentHost {
  readonly host: () => HostMessage;
  readonly condition: string;
}

/** A message is about a patient, unless the row says otherwise; and an order's rows may ask for its ORC. */
export function extraSegments(condition: string): readonly string[] {
  return [
    ...(condition.includes("PID NOT VALUED") ? [] : ["PID"]),
    ...(condition.includes("ORC VALUED") ? ["ORC"] : []),
  ];
}

/** The guide as cases: rows of segment maps, of data type maps, and of message maps. */
export class Guide {
  readonly segmentRows: readonly MapRow[];
  readonly dataTypeRows: readonly MapRow[];
  readonly messageRows: readonly MapRow[];
  readonly #places: ReadonlyMap<string, MessagePlaces>;
  readonly #urls = new Map<string, ReadonlyMap<string, string>>();
  readonly #carriers = new Map<string, readonly Case[]>();
  /** The data types of all fields that the tables list, mapped or not. */
  readonly #fieldTypes = new Map<string, string>();

  constructor(folder: string) {
    const messages = readTables(folder, "messages");
    this.#places = new Map(messages.map((table) => [table.name, new MessagePlaces(table)]));
    this.messageRows = messages.flatMap(mapRows);
    const segments = readTables(folder, "segments");
    for (const { rows } of segments) {
      for (const cells of rows) {
        const [field, type] = [cells[1]?.trim() ?? "", cells[3]?.trim().split(" ")[0] ?? ""];
        if (type !== "" && !this.#fieldTypes.has(field)) this.#fieldTypes.set(field, type);
      }
    }
    this.segmentRows = segments.flatMap(mapRows);
    this.dataTypeRows = readTables(folder, "datatypes").flatMap(mapRows);
    const byMap = Map.groupBy([...this.segmentRows, ...this.dataTypeRows], ({ map }) => map);
    for (const [map, rows] of byMap) this.#urls.set(map, extensionUrls(rows));
  }

  /** Messages that use a segment map, the first of the guide first. */
  hosts(map: string): readonly SegmentHost[] {
    const unused = unusedMaps[map];
    if (unused) {
      const [structure, ...names] = unused;
      const wanted = map.split("[")[0];
      return [
        {
          condition: "",
          host: () => {
            const segments = ["MSH", ...names].map((name) => draft(name, structure));
            return {
              segments,
              tested: segments.find(({ name }) => name === wanted) ?? new DraftSegment(""),
            };
          },
        },
      ];
    }
    return this.messageRows
      .filter(({ segmentMap }) => segmentMap.toLowerCase() === map.toLowerCase())
      .map((row) => this.#messageHost(row));
  }

  #messageHost({ map, line, condition }: MapRow): SegmentHost {
    const extra = extraSegments(condition);
    return { condition, host: () => this.placesOf(map).host(line, extra) };
  }

  placesOf(structure: string): MessagePlaces {
    const places = this.#places.get(structure);
    if (!places) throw new Error(`no message map ${structure}`);
    return places;
  }

  /** The cases of a segment map's row: one for each message that uses the map. */
  segmentCases(row: MapRow): readonly Case[] {
    const numbers = /^[A-Z0-9]{3}-(\d+)(?:\.(\d+))?/.exec(row.source);
    const place = numbers
      ? numbers
          .slice(1)
          .filter((each) => each !== undefined)
          .map(Number)
      : [];
    const mapType = row.dataTypeMap.split("[")[0] ?? "";
    // OBX-5 is of the type that its row's condition asks for in OBX-2.
    const stated = /OBX-2\s*(?:EQUALS|=|IN)\s*\(?"([A-Z]+)"/.exec(row.condition)?.[1];
    const type =
      row.v2Type === "varies" || row.v2Type === "" ? (stated ?? (mapType || "ST")) : row.v2Type;
    return this.hosts(row.map).map(({ host, condition }) => ({
      row,
      field: row,
      host: () => forMap(row.map, host()),
      place,
      type: place.length > 1 ? typeAt(type, place.slice(1)) : type,
      resourceType: resourceOf(row.rawTarget === "$this" ? row.dataTypeMap : "", row.map),
      target: row.rawTarget,
      urls: this.#urls.get(row.map) ?? new Map(),
      fieldTypes: this.#fieldTypes,
      conditions: [
        ...(condition === "" ? [] : [{ text: condition, base: [] }]),
        ...(row.condition === "" ? [] : [{ text: row.condition, base: [] }]),
      ],
    }));
  }

  /** Cases whose element is filled by a data type map: through segments and through other data types. */
  #carriersOf(map: string): readonly Case[] {
    const key = map.toLowerCase();
    const known = this.#carriers.get(key);
    if (known) return known;
    this.#carriers.set(key, []);
    const uses = ({ dataTypeMap }: MapRow): boolean => dataTypeMap.toLowerCase() === key;
    const type = map.split("[")[0] ?? "";
    // Each field once before any of them again in another message.
    const fields = this.segmentRows.filter(uses).map((row) => this.segmentCases(row));
    const direct = [0, 1, 2].flatMap((at) => fields.flatMap((cases) => cases.slice(at, at + 1)));
    const nested = this.dataTypeRows.filter(uses).flatMap((row) => this.dataTypeCases(row));
    const all = [...direct, ...nested].map((each) => ({ ...each, type }));
    this.#carriers.set(key, all);
    return all;
  }

  /** The cases of a data type map's row: one for each place that uses the map. */
  dataTypeCases(row: MapRow): readonly Case[] {
    const numbers = /^[A-Z]{2,3}[.-](\d+)/.exec(row.source);
    const inner = numbers ? [Number(numbers[1])] : [];
    const cases = this.#carriersOf(row.map).map((carrier): Case => {
      const urls = new Map(carrier.urls);
      const prefix = carrier.target.startsWith("$") ? "" : `${carrier.target}.`;
      for (const [place, url] of this.#urls.get(row.map) ?? []) {
        // `source|place` names the extension of one source alone.
        const [source, own] = place.includes("|") ? place.split("|") : ["", place];
        urls.set(source === "" ? `${prefix}${own}` : `${source}|${prefix}${own}`, url);
      }
      const own = row.rawTarget
        .replace(/^\[\d+\]\.?/, "")
        // The map of a place speaks of the place itself.
        .replace(/^location\(Location\.(.*)\)$/, "$1")
        .replace(/^Quantity\./, "")
        // Parts of the extension that the field is, whose names the guide does not all spell as HL7 does.
        .replace(/^extension\[1\]:group\.url$/, "extension.url")
        .replace(/^extension\[1\]:[a-z-]+\.value/, "extension.extension.value");
      return {
        ...carrier,
        row,
        field: carrier.field,
        place: [...carrier.place, ...inner],
        ...(inner.length > 0 ? { around: { place: carrier.place, type: carrier.type } } : {}),
        type: inner.length > 0 ? typeAt(carrier.type, inner) : carrier.type,
        target: own.startsWith("$") ? carrier.target : `${prefix}${own}`,
        urls,
        conditions: [
          ...carrier.conditions,
          ...(row.condition === "" ? [] : [{ text: row.condition, base: carrier.place }]),
        ],
      };
    });
    // Beside the other components of its type, and in the places where nothing came of that, alone.
    return inner.length > 0
      ? cases.flatMap(({ around, ...alone }) => (around ? [{ around, ...alone }, alone] : [alone]))
      : cases;
  }
}
