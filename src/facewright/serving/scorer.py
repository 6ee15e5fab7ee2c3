"""Calls the scoring script, one request at a time."""

import json
from collections.abc import Sequence
from typing import Any

from facewright.errors import InputError
from facewright.scoring import Schema, Script, parse_inputs
from facewright.serving.batcher import Batcher
from facewright.serving.compute import Compute
from facewright.serving.limits import Limits

# Made once: json.dumps makes an encoder of its own for each call with an argument.
_encode = json.JSONEncoder(allow_nan=False).encode


class Scorer:
    """A scoring script behind the queue of the compute thread.

    The original called ``run`` one at a time in each worker, so scripts may not expect more.

    Args:
        script: The script, its ``init`` already called.
        schema: What its ``run`` takes; None gives it the body as text.
        compute: Where it runs.
        limits: How long an answer may take.
    """

    def __init__(
        self, script: Script, schema: Schema | None, compute: Compute, limits: Limits
    ) -> None:
        self._script = script
        self._schema = schema
        self._seconds = limits.deadline_seconds
        self._batcher: Batcher[bytes, str] = Batcher(compute, self._answers, name="run")

    async def answer(self, body: bytes) -> str:
        """Return what ``run`` makes of a request's body, as JSON text.

        Raises:
            RefusalError: Too many requests are waiting (429), or the time is over (504).
            InputError: The body does not fit the schema.
            Exception: Whatever the script raises.
        """
        return await self._batcher.submit(body, seconds=self._seconds)

    def _answers(self, bodies: Sequence[bytes]) -> list[str]:
        return [_encode(self._run(body)) for body in bodies]

    def _run(self, body: bytes) -> Any:
        if self._schema is not None:
            return self._script.run(**parse_inputs(self._schema, body))
        try:
            text = body.decode()
        except UnicodeDecodeError as error:
            raise InputError(f"the body is not UTF-8 text: {error.reason}") from error
        return self._script.run(text)
