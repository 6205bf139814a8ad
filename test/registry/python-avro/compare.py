"""Reads lines {"old","new"} of Avro schemas; writes one line each: backward, forward as 1 or 0, x where it raises."""
import json
import sys

import avro.compatibility
import avro.schema


def can_read(reader, writer):
    result = avro.compatibility.ReaderWriterCompatibilityChecker().get_compatibility(reader, writer)
    return result.compatibility is avro.compatibility.SchemaCompatibilityType.compatible


for line in sys.stdin:
    pair = json.loads(line)
    try:
        old = avro.schema.parse(json.dumps(pair["old"]))
        new = avro.schema.parse(json.dumps(pair["new"]))
        print(f"{int(can_read(new, old))}{int(can_read(old, new))}")
    except Exception as error:
        print("x " + type(error).__name__ + " " + str(error)[:200].replace("\n", " "))
