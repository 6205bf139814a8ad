import type { PluginManifest } from "#connect-api";
import { Cast } from "./cast.ts";
import { DropHeaders } from "./drop-headers.ts";
import { ExtractField } from "./extract-field.ts";
import { Filter } from "./filter.ts";
import { Flatten } from "./flatten.ts";
import { HeaderFrom } from "./header-from.ts";
import { HoistField } from "./hoist-field.ts";
import { InsertField } from "./insert-field.ts";
import { InsertHeader } from "./insert-header.ts";
import { MaskField } from "./mask-field.ts";
import { HasHeaderKey } from "./predicates/has-header-key.ts";
import { RecordIsTombstone } from "./predicates/record-is-tombstone.ts";
import { TopicNameMatches } from "./predicates/topic-name-matches.ts";
import { onKeyAndValue } from "./record-part.ts";
import { RegexRouter } from "./regex-router.ts";
import { ReplaceField } from "./replace-field.ts";
import { SetSchemaMetadata } from "./set-schema-metadata.ts";
import { TimestampConverter } from "./timestamp-converter.ts";
import { TimestampRouter } from "./timestamp-router.ts";
import { ValueToKey } from "./value-to-key.ts";

const PACKAGE = "org.apache.kafka.connect.transforms";

export default {
  transformations: {
    ...onKeyAndValue(`${PACKAGE}.Cast`, Cast),
    [`${PACKAGE}.DropHeaders`]: DropHeaders,
    ...onKeyAndValue(`${PACKAGE}.ExtractField`, ExtractField),
    [`${PACKAGE}.Filter`]: Filter,
    ...onKeyAndValue(`${PACKAGE}.Flatten`, Flatten),
    ...onKeyAndValue(`${PACKAGE}.HeaderFrom`, HeaderFrom),
    ...onKeyAndValue(`${PACKAGE}.HoistField`, HoistField),
    ...onKeyAndValue(`${PACKAGE}.InsertField`, InsertField),
    [`${PACKAGE}.InsertHeader`]: InsertHeader,
    ...onKeyAndValue(`${PACKAGE}.MaskField`, MaskField),
    [`${PACKAGE}.RegexRouter`]: RegexRouter,
    ...onKeyAndValue(`${PACKAGE}.ReplaceField`, ReplaceField),
    ...onKeyAndValue(`${PACKAGE}.SetSchemaMetadata`, SetSchemaMetadata),
    ...onKeyAndValue(`${PACKAGE}.TimestampConverter`, TimestampConverter),
    [`${PACKAGE}.TimestampRouter`]: TimestampRouter,
    [`${PACKAGE}.ValueToKey`]: ValueToKey,
  },
  predicates: {
    [`${PACKAGE}.predicates.HasHeaderKey`]: HasHeaderKey,
    [`${PACKAGE}.predicates.RecordIsTombstone`]: RecordIsTombstone,
    [`${PACKAGE}.predicates.TopicNameMatches`]: TopicNameMatches,
  },
} satisfies PluginManifest;
