import { ack } from "./ack.ts";
import { adtA01 } from "./adt-a01.ts";
import { adtA02 } from "./adt-a02.ts";
import { adtA03 } from "./adt-a03.ts";
import { adtA05 } from "./adt-a05.ts";
import { adtA06 } from "./adt-a06.ts";
import { adtA09 } from "./adt-a09.ts";
import { adtA12 } from "./adt-a12.ts";
import { adtA15 } from "./adt-a15.ts";
import { adtA16 } from "./adt-a16.ts";
import { adtA17 } from "./adt-a17.ts";
import { adtA18 } from "./adt-a18.ts";
import { adtA20 } from "./adt-a20.ts";
import { adtA21 } from "./adt-a21.ts";
import { adtA24 } from "./adt-a24.ts";
import { adtA30 } from "./adt-a30.ts";
import { adtA37 } from "./adt-a37.ts";
import { adtA38 } from "./adt-a38.ts";
import { adtA39 } from "./adt-a39.ts";
import { adtA43 } from "./adt-a43.ts";
import { adtA44 } from "./adt-a44.ts";
import { adtA45 } from "./adt-a45.ts";
import { adtA50 } from "./adt-a50.ts";
import { adtA52 } from "./adt-a52.ts";
import { adtA54 } from "./adt-a54.ts";
import { adtA60 } from "./adt-a60.ts";
import { adtA61 } from "./adt-a61.ts";
import { barP01 } from "./bar-p01.ts";
import { barP02 } from "./bar-p02.ts";
import { barP05 } from "./bar-p05.ts";
import { barP06 } from "./bar-p06.ts";
import { barP10 } from "./bar-p10.ts";
import { barP12 } from "./bar-p12.ts";
import { dftP03 } from "./dft-p03.ts";
import { dftP11 } from "./dft-p11.ts";
import { mdmT01 } from "./mdm-t01.ts";
import { mdmT02 } from "./mdm-t02.ts";
import { mfnM01 } from "./mfn-m01.ts";
import { mfnM02 } from "./mfn-m02.ts";
import { mfnM05 } from "./mfn-m05.ts";
import { omdO03 } from "./omd-o03.ts";
import { omgO19 } from "./omg-o19.ts";
import { omiO23 } from "./omi-o23.ts";
import { omlO21 } from "./oml-o21.ts";
import { omlO33 } from "./oml-o33.ts";
import { omlO35 } from "./oml-o35.ts";
import { omlO39 } from "./oml-o39.ts";
import { omnO07 } from "./omn-o07.ts";
import { ompO09 } from "./omp-o09.ts";
import { omsO05 } from "./oms-o05.ts";
import { ormO01 } from "./orm-o01.ts";
import { oruR01 } from "./oru-r01.ts";
import { oruR30 } from "./oru-r30.ts";
import { oulR21 } from "./oul-r21.ts";
import { oulR22 } from "./oul-r22.ts";
import { oulR23 } from "./oul-r23.ts";
import { oulR24 } from "./oul-r24.ts";
import { pprPc1 } from "./ppr-pc1.ts";
import { rasO17 } from "./ras-o17.ts";
import { rdeO01 } from "./rde-o01.ts";
import { rdeO11 } from "./rde-o11.ts";
import { rdsO13 } from "./rds-o13.ts";
import { refI12 } from "./ref-i12.ts";
import { rgvO15 } from "./rgv-o15.ts";
import { siuS12 } from "./siu-s12.ts";
import { vxuV04 } from "./vxu-v04.ts";
import type { MessageMap } from "./message-map.ts";

/** All message maps, in the order of use in practice. */
export const messageMaps: readonly MessageMap[] = [
  ack,
  adtA01,
  adtA02,
  adtA03,
  adtA05,
  adtA06,
  adtA09,
  adtA12,
  adtA15,
  adtA16,
  adtA17,
  adtA18,
  adtA20,
  adtA21,
  adtA24,
  adtA37,
  adtA30,
  adtA38,
  adtA39,
  adtA43,
  adtA44,
  adtA45,
  adtA50,
  adtA52,
  adtA54,
  adtA60,
  adtA61,
  oruR01,
  oruR30,
  oulR21,
  oulR22,
  oulR23,
  oulR24,
  ormO01,
  omlO21,
  omlO33,
  omlO35,
  omlO39,
  omgO19,
  omiO23,
  omdO03,
  omsO05,
  omnO07,
  ompO09,
  rdeO11,
  rdeO01,
  rdsO13,
  rasO17,
  rgvO15,
  vxuV04,
  mdmT01,
  mdmT02,
  siuS12,
  dftP03,
  dftP11,
  barP01,
  barP02,
  barP05,
  barP06,
  barP10,
  barP12,
  pprPc1,
  refI12,
  mfnM01,
  mfnM02,
  mfnM05,
];

/** A message map and what one of its trigger events means. */
export interface EventMap {
  readonly map: MessageMap;
  readonly meaning: MessageMap["events"][string];
}

const byEvent: ReadonlyMap<string, EventMap> = new Map(
  messageMaps.flatMap((map) =>
    Object.entries(map.events).map(([event, meaning]) => [event, { map, meaning }] as const),
  ),
);

/** The map of a trigger event, such as `ADT^A01`. */
export function eventMap(messageCode: string, triggerEvent: string): EventMap | undefined {
  return byEvent.get(messageCode === "ACK" ? "ACK" : `${messageCode}^${triggerEvent}`);
}

/** Every trigger event that is converted. */
export function convertedEvents(): readonly string[] {
  return [...byEvent.keys()];
}
