import type { Encounter, EpisodeOfCare } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { referenceTo } from "../conversion.ts";
import type { Draft } from "../conversion.ts";
import { cxToIdentifier } from "../datatypes/cx-identifier.ts";
import { authorityOf } from "../datatypes/hd-uri.ts";
import { text } from "../datatypes/primitives.ts";
import { applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";

const { each, kept } = rowsFor<EpisodeOfCare>();

/** Source: HL7 v2-to-FHIR, PV1[Encounter], rows of PV1-53 and PV1-54. */
export const pv1EpisodeOfCare = segmentMap<EpisodeOfCare>("PV1[EpisodeOfCare]", {
  53: kept("valueString", text),
  54: each("identifier", cxToIdentifier),
});

/** The episode of the visit. Identity: PV1-54, else the patient and PV1-53. */
export function pv1ToEpisodeOfCare(pv1: Segment, encounter: Draft<Encounter>, state: State): void {
  const { conversion, patientReference } = state;
  const cx = pv1.field(54).first;
  const description = pv1.field(53).value;
  if ((cx.value === "" && description === "") || !patientReference) return;
  const identity =
    cx.value === ""
      ? [patientReference.reference ?? "", description]
      : [authorityOf(cx.component(4), conversion), cx.value];
  const episode = conversion.draft<EpisodeOfCare>({
    resourceType: "EpisodeOfCare",
    id: conversion.id("EpisodeOfCare", ...identity),
    status: "active",
    patient: patientReference,
  });
  applyMap(pv1EpisodeOfCare, pv1, episode, conversion);
  state.episode = episode;
  encounter.episodeOfCare = [referenceTo(episode)];
}
