import type { Component, Repetition } from "#lib/hl7v2";

/**
 * The parts of a composite value by number, decoded, "" when empty. The same type stands now as a field (its parts
 * are components) and now as a component (its parts are sub-components).
 */
export type Parts = (position: number) => string;

export const componentsOf =
  (repetition: Repetition): Parts =>
  (position) =>
    repetition.component(position).value;

export const subcomponentsOf =
  (component: Component): Parts =>
  (position) =>
    component.subcomponent(position);
