import { Hl7ParseError } from "./hl7-parse-error.ts";

/** A place in a message; all numbers count from 1. */
export interface Path {
  readonly segment: string;
  readonly nth: number;
  readonly field: number;
  readonly repetition: number;
  readonly component: number;
  readonly subcomponent: number;
  /** It names no component. */
  readonly isWholeRepetition: boolean;
  /** It names no sub-component. */
  readonly isWholeComponent: boolean;
}

const parsed = new Map<string, Path>();

/** Reads `PID-3`, `PID-3[2].4.2`, `OBX[3]-5.1`. Throws Hl7ParseError for other text. */
export function parsePath(text: string): Path {
  const known = parsed.get(text);
  if (known) return known;
  const match =
    /^([A-Z][A-Z0-9]{2})(?:\[(\d+)\])?-(\d+)(?:\[(\d+)\])?(?:\.(\d+))?(?:\.(\d+))?$/.exec(text);
  if (!match) {
    throw new Hl7ParseError("HL7_PATH_INVALID", "A path looks like PID-3[1].4.2");
  }
  const [, segment = "", nth, field, repetition, component, subcomponent] = match;
  const path: Path = {
    segment,
    nth: Number(nth ?? 1),
    field: Number(field),
    repetition: Number(repetition ?? 1),
    component: Number(component ?? 1),
    subcomponent: Number(subcomponent ?? 1),
    isWholeRepetition: component === undefined,
    isWholeComponent: subcomponent === undefined,
  };
  if (path.nth * path.field * path.repetition * path.component * path.subcomponent === 0) {
    throw new Hl7ParseError("HL7_PATH_INVALID", "Positions in a path count from 1");
  }
  // Bounded: paths come from code and configs, but a console may send any.
  if (parsed.size < 10_000) parsed.set(text, path);
  return path;
}
