"""hl7apy, with groups: folder with messages, seconds to warm up, seconds to measure."""
import json
import pathlib
import resource
import sys
import time

from hl7apy.parser import parse_message


def run(text: str, seconds: float) -> float:
    started_at = time.perf_counter()
    count = 0
    while True:
        parse_message(text, find_groups=True)
        count += 1
        passed = time.perf_counter() - started_at
        if passed >= seconds:
            return count / passed


for name in ("ADT_A01", "ORU_R01"):
    text = pathlib.Path(sys.argv[1], f"{name}.hl7").read_bytes().decode()
    run(text, float(sys.argv[2]))
    figure = {"task": "parse", "message": name, "perSecond": run(text, float(sys.argv[3]))}
    print(json.dumps(figure), flush=True)
print(json.dumps({"peakMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
