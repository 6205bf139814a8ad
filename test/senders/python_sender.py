"""python-hl7's MLLP client: PORT COUNT NOTE_BYTES; one line for each answer, MSA-1, tab, MSA-2."""

import sys

import hl7
from hl7.client import MLLPClient

port, count, note_bytes = (int(text) for text in sys.argv[1:4])
with MLLPClient("127.0.0.1", port) as client:
    for nth in range(count):
        note = "NTE|1||" + "x" * note_bytes + "\r" if nth % 10 == 9 else ""
        message = (
            "MSH|^~\\&|PY|H|CC|CX|20260101||ADT^A01^ADT_A01|python-hl7-%d|P|2.5.1\r"
            "EVN|A01|20260101\rPID|1||4711^^^H^MR\r%sPV1|1|I\r" % (nth, note)
        )
        client.socket.settimeout(60)
        received = client.send_message(message)
        # It reads once; an answer that comes in pieces is read on here.
        while not received.endswith(b"\x1c\r"):
            received += client.socket.recv(4096)
        answer = hl7.parse(received.decode("ascii").strip("\x0b\x1c\r"))
        print("%s\t%s" % (answer.segment("MSA")[1], answer.segment("MSA")[2]), flush=True)
