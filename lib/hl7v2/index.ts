export { Hl7ParseError } from "./hl7-parse-error.ts";
export type { Hl7ParseErrorCode } from "./hl7-parse-error.ts";
export { DEFAULT_DELIMITERS } from "./delimiters.ts";
export type { Delimiters } from "./delimiters.ts";
export { decodeEscapes, encodeEscapes } from "./escape.ts";
export { Component, Field, Repetition } from "./field.ts";
export { Segment } from "./segment.ts";
export { readHeader } from "./header.ts";
export type { MessageHeader } from "./header.ts";
export { Message, parseMessage } from "./message.ts";
export type { ParseOptions } from "./message.ts";
export { eachValue } from "./each-value.ts";
export type { ValueVisitor } from "./each-value.ts";
export { findField } from "./find-field.ts";
export { isBatch, splitBatch } from "./batch.ts";
export { BatchReader } from "./batch-reader.ts";
export type { BatchEvent, BatchProblem, BatchReaderOptions, EnvelopeName } from "./batch-reader.ts";
export { MessageEditor } from "./edit.ts";
export { Hl7EncodeError } from "./charset/encode.ts";
export { isoDateTime, parseDateTime } from "./datetime.ts";
export type { DateTimeParts } from "./datetime.ts";
export { buildMessage, buildSegment, fieldText, repeated } from "./build.ts";
export type { ComponentValue, FieldValue, Repeated } from "./build.ts";
export { ackMessage, parseAck } from "./ack.ts";
export type { AckCode, AckError, AckOptions, Acknowledgment } from "./ack.ts";
export { validateMessage } from "./validation/validate-message.ts";
export type { ValidationLevel } from "./validation/validate-message.ts";
export type { Finding, FindingCode, Severity } from "./validation/finding.ts";
export { ProfileError, readProfile } from "./validation/profile.ts";
export type { Profile } from "./validation/profile.ts";
export { holds, readCondition, readPlace, valueAt } from "./validation/rule-place.ts";
export type { Condition, RulePlace } from "./validation/rule-place.ts";
export { Group } from "./structure/group.ts";
export { groupMessage } from "./structure/group-message.ts";
export type { GroupedMessage, Misplacement } from "./structure/group-message.ts";
export {
  knownEvents,
  structureNamed,
  structureNames,
  structureOf,
} from "./structure/structures.ts";
export type { Structure } from "./structure/structures.ts";
export {
  dataTypeInfo,
  dataTypeNames,
  fieldInfo,
  segmentInfo,
  segmentNames,
} from "./dictionary/dictionary.ts";
export type { DataTypeInfo, ElementInfo, SegmentInfo } from "./dictionary/dictionary.ts";
export type { ChoicePart, GroupPart, Part, SegmentPart } from "./structure/definition.ts";
