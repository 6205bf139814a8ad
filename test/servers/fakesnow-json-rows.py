"""fakesnow behind the answers that Snowflake's Node driver understands.

fakesnow (an independent double of Snowflake on DuckDB) is written for the Python driver: SELECT answers
in Arrow, and DML answers lack the member `returned`, for which the Node driver waits for ever. This changes the
form of its answers. And because its MERGE writes into a second database, which DuckDB allows in no transaction,
BEGIN, COMMIT and ROLLBACK are answered here and every statement commits by itself.

    python fakesnow-json-rows.py PORT
"""

import base64
import gzip
import json
import sys

import pyarrow as pa
import uvicorn
from fakesnow.server import app

DONE = {
    "success": True,
    "data": {
        "rowtype": [{"name": "status", "type": "text", "nullable": True, "length": 100}],
        "rowset": [["Statement executed successfully."]],
        "total": 1,
        "statementTypeId": 20480,
        "queryId": "00000000-0000-0000-0000-000000000000",
        "queryResultFormat": "json",
        "parameters": [],
    },
}


def text(value):
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return value.hex()
    return str(value)


def as_json_rows(answer):
    data = answer.get("data") or {}
    if "rowtype" not in data:
        return answer
    if data.get("queryResultFormat") == "arrow":
        encoded = data.pop("rowsetBase64", "")
        rows = []
        if encoded:
            table = pa.ipc.open_stream(base64.b64decode(encoded)).read_all()
            rows = zip(*[column.to_pylist() for column in table.columns], strict=True)
        data["rowset"] = [[text(value) for value in row] for row in rows]
        data["queryResultFormat"] = "json"
    data["rowtype"] = [
        {**column, "type": "text", "scale": None, "precision": None} for column in data["rowtype"]
    ]
    data["returned"] = len(data["rowset"])
    data["version"] = 1
    return answer


async def body_of(receive):
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


class JsonRows:
    """ASGI middleware: the answers of the query route in another form."""

    def __init__(self, inner):
        self.inner = inner

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http" or not scope["path"].startswith("/queries/v1/query-request"):
            return await self.inner(scope, receive, send)
        body = await body_of(receive)
        is_zipped = (b"content-encoding", b"gzip") in scope["headers"]
        sql = json.loads(gzip.decompress(body) if is_zipped else body)["sqlText"].strip().upper()
        if sql in ("BEGIN TRANSACTION", "COMMIT", "ROLLBACK"):
            return await self.answer(send, 200, json.loads(json.dumps(DONE)))
        start = {}
        chunks = []

        async def replay():
            return {"type": "http.request", "body": body, "more_body": False}

        async def collect(message):
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                chunks.append(message.get("body", b""))

        await self.inner(scope, replay, collect)
        return await self.answer(send, start["status"], json.loads(b"".join(chunks)))

    @staticmethod
    async def answer(send, status, content):
        body = json.dumps(as_json_rows(content)).encode()
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


if __name__ == "__main__":
    uvicorn.run(JsonRows(app), host="127.0.0.1", port=int(sys.argv[1]), log_level="error")
