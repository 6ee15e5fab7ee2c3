"""FastAPI: plain functions run in its thread pool, as its documentation advises for such work."""

from typing import Annotated

from fastapi import Depends, FastAPI, Request, Response
from pydantic import BaseModel
from servers.work import Work

app = FastAPI()
work = Work()


class Scored(BaseModel):
    """The form of ``/score``."""

    input_bytes: str


async def body_of(request: Request) -> bytes:
    """Return a request's body as it is."""
    return await request.body()


@app.post("/raw")
def raw(photo: Annotated[bytes, Depends(body_of)]) -> Response:
    """Answer a photo."""
    return Response(work.photo(photo), media_type="application/json")


@app.post("/base64")
def base64(scored: Scored) -> str:
    """Answer a photo in base64."""
    return work.input_bytes(scored.input_bytes)
