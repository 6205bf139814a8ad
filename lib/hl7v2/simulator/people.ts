import type { Random } from "./random.ts";

/** Invented people: every name below is drawn at random and belongs to nobody in particular. */
export interface Person {
  readonly mrn: string;
  readonly family: string;
  readonly given: string;
  readonly sex: "F" | "M" | "O" | "U";
  /** YYYYMMDD */
  readonly birthDate: string;
  readonly street: string;
  readonly city: string;
  readonly postalCode: string;
  readonly phone: string;
  readonly maritalStatus: string;
  readonly contact: {
    readonly family: string;
    readonly given: string;
    readonly relation: Relation;
  };
  readonly insurance: { readonly plan: string; readonly number: string } | undefined;
  readonly allergies: readonly Coded[];
}

export type Coded = readonly [code: string, text: string];
type Relation = readonly [code: string, text: string];

const FAMILY = [
  "Abel",
  "Brandt",
  "Castellan",
  "Dvořák",
  "Eklund",
  "Farrow",
  "Grünwald",
  "Hartigan",
  "Ibarra",
  "Jónsdóttir",
  "Kowalczyk",
  "Lindqvist",
  "Møller",
  "Nakata",
  "O'Dell",
  "Pereira",
  "Quist",
  "Rasmussen",
  "Søgaard",
  "Tamm",
  "Ueda",
  "Varga",
  "Weston-Hale",
  "Yıldız",
  "Zoric",
] as const;
const GIVEN_F = [
  "Ada",
  "Bruna",
  "Célia",
  "Dana",
  "Elin",
  "Fenna",
  "Greta",
  "Hana",
  "Inês",
  "Jule",
] as const;
const GIVEN_M = [
  "Arvid",
  "Bela",
  "Cosmo",
  "Dario",
  "Emil",
  "Finn",
  "Gustav",
  "Henk",
  "Ivo",
  "Jörg",
] as const;
const STREETS = [
  "Canal Row",
  "Mill Lane",
  "Birch Street",
  "Harbour Way",
  "Linden Avenue",
  "Quarry Road",
] as const;
const CITIES = ["Northmere", "Aldersby", "Fenwick Bay", "Steinfurt Mills", "Vesterhavn"] as const;
const RELATIONS = [
  ["SPO", "Spouse"],
  ["PAR", "Parent"],
  ["CHD", "Child"],
  ["SIB", "Sibling"],
  ["FND", "Friend"],
] as const;
const PLANS = ["Harbour Mutual", "Northmere Health Fund", "Meadow Care"] as const;
const ALLERGIES = [
  ["7980", "Penicillin"],
  ["2670", "Codeine"],
  ["1191", "Aspirin"],
  ["10831", "Sulfamethoxazole"],
] as const;
const MARITAL = ["S", "M", "D", "W", "U"] as const;

/** The nth invented person; the medical record number is unique within one simulation. */
export function inventPerson(random: Random, number: number): Person {
  const sex = random.chance(0.02) ? random.pick(["O", "U"]) : random.pick(["F", "M"]);
  const family = random.pick(FAMILY);
  const year = random.integer(1931, 2024);
  const allergies = ALLERGIES.filter(() => random.chance(0.12));
  return {
    mrn: `MR${String(number).padStart(7, "0")}`,
    family,
    given: random.pick(sex === "M" ? GIVEN_M : GIVEN_F),
    sex,
    birthDate: `${year}${two(random.integer(1, 12))}${two(random.integer(1, 28))}`,
    street: `${random.integer(1, 240)} ${random.pick(STREETS)}`,
    city: random.pick(CITIES),
    postalCode: String(random.integer(10_000, 99_999)),
    phone: `+1-555-01${two(random.integer(0, 99))}`,
    maritalStatus: random.pick(MARITAL),
    contact: {
      family,
      given: random.pick(random.chance(0.5) ? GIVEN_F : GIVEN_M),
      relation: random.pick(RELATIONS),
    },
    insurance: random.chance(0.8)
      ? { plan: random.pick(PLANS), number: `P${random.integer(100_000, 999_999)}` }
      : undefined,
    allergies,
  };
}

const two = (value: number): string => String(value).padStart(2, "0");
