"""The limit of an answer: a FastAPI route that returns bytes which it has already, with an ETag and a type."""

import os
from pathlib import Path

from fastapi import FastAPI, Response

BODY = Path(os.environ["BODY_FILE"]).read_bytes()

app = FastAPI(title="Same bytes")


@app.get("/ready")
async def ready() -> dict[str, bool]:
    return {"ready": True}


@app.get("/api/monitoring/v1/status")
async def status() -> Response:
    return Response(BODY, media_type="application/json", headers={"ETag": '"1"', "Cache-Control": "no-cache"})
