import { aig, ail, aip, ais } from "./segments/ai-appointment.ts";
import { al1 } from "./segments/al1-allergyintolerance.ts";
import { con } from "./segments/con-consent.ts";
import { cti } from "./segments/cti-researchsubject.ts";
import { dg1 } from "./segments/dg1-condition.ts";
import { acc, drg, ub1, ub2 } from "./segments/encounter-details.ts";
import { err } from "./segments/err-operationoutcome.ts";
import { ft1 } from "./segments/ft1-chargeitem.ts";
import { gol } from "./segments/gol-goal.ts";
import { gt1 } from "./segments/gt1-relatedperson.ts";
import { iam } from "./segments/iam-allergyintolerance.ts";
import { in1 } from "./segments/in1-coverage.ts";
import { in2 } from "./segments/in2-coverage.ts";
import { in3 } from "./segments/in3-coverage.ts";
import { inv } from "./segments/inv-substance.ts";
import { ldp, loc, npu } from "./segments/loc-location.ts";
import { nk1 } from "./segments/nk1-relatedperson.ts";
import { nte } from "./segments/nte-annotation.ts";
import { obr } from "./segments/obr-order.ts";
import { obx } from "./segments/obx-observation.ts";
import { orc } from "./segments/orc-order.ts";
import { aut, blg, cdo, ods, rqd, tq2 } from "./segments/order-details.ts";
import { arv, db1, iar, pda } from "./segments/patient-details.ts";
import { pd1 } from "./segments/pd1-patient.ts";
import { pid } from "./segments/pid-patient.ts";
import { pr1 } from "./segments/pr1-procedure.ts";
import { prb } from "./segments/prb-condition.ts";
import { ctd, prd } from "./segments/prd-practitionerrole.ts";
import { prt } from "./segments/prt-participation.ts";
import { pth } from "./segments/pth-careplan.ts";
import { pv1 } from "./segments/pv1-encounter.ts";
import { pv2 } from "./segments/pv2-encounter.ts";
import { rf1 } from "./segments/rf1-servicerequest.ts";
import { rol } from "./segments/rol-careteam.ts";
import { rxa } from "./segments/rxa-administration.ts";
import { rxc } from "./segments/rxc-ingredient.ts";
import { rxd } from "./segments/rxd-medicationdispense.ts";
import { rxe } from "./segments/rxe-medicationrequest.ts";
import { rxg } from "./segments/rxg-medicationadministration.ts";
import { rxo } from "./segments/rxo-medicationrequest.ts";
import { rxr } from "./segments/rxr-route.ts";
import { sac } from "./segments/sac-specimen.ts";
import { sch } from "./segments/sch-appointment.ts";
import { sft } from "./segments/sft-device.ts";
import { spm } from "./segments/spm-specimen.ts";
import { pra, stf } from "./segments/stf-practitioner.ts";
import { tq1 } from "./segments/tq1-servicerequest.ts";
import { txa } from "./segments/txa-documentreference.ts";
import type { Handlers } from "./state.ts";

/** What each segment does, in every message that does not say otherwise. MSH, MSA and EVN are read at the end. */
export const handlers: Handlers = {
  ACC: acc,
  AIG: aig,
  AIL: ail,
  AIP: aip,
  AIS: ais,
  AL1: al1,
  ARV: arv,
  AUT: aut,
  BLG: blg,
  CDO: cdo,
  CON: con,
  CTD: ctd,
  CTI: cti,
  DB1: db1,
  DG1: dg1,
  DRG: drg,
  ERR: err,
  FT1: ft1,
  GOL: gol,
  GT1: gt1,
  IAM: iam,
  IAR: iar,
  IN1: in1,
  IN2: in2,
  IN3: in3,
  INV: inv,
  LDP: ldp,
  LOC: loc,
  NK1: nk1,
  NPU: npu,
  NTE: nte,
  OBR: obr,
  OBX: obx,
  ODS: ods,
  ORC: orc,
  PD1: pd1,
  PDA: pda,
  PID: pid,
  PR1: pr1,
  PRA: pra,
  PRB: prb,
  PRD: prd,
  PRT: prt,
  PTH: pth,
  PV1: pv1,
  PV2: pv2,
  RF1: rf1,
  ROL: rol,
  RQD: rqd,
  RXA: rxa,
  RXC: rxc,
  RXD: rxd,
  RXE: rxe,
  RXG: rxg,
  RXO: rxo,
  RXR: rxr,
  SAC: sac,
  SCH: sch,
  SFT: sft,
  SPM: spm,
  STF: stf,
  TQ1: tq1,
  TQ2: tq2,
  TXA: txa,
  UB1: ub1,
  UB2: ub2,
};
