"""Calls the scoring script off the event loop, a few requests at a time."""

import functools
import json
from typing import Any

import anyio.to_thread
from anyio import CapacityLimiter

from facewright.errors import InputError
from facewright.scoring import Schema, Script, parse_inputs
from facewright.serving.limits import Limits
from facewright.serving.problems import RefusalError


class Scorer:
    """A scoring script behind a queue.

    Args:
        script: The script, its ``init`` already called.
        schema: What its ``run`` takes; None gives it the body as text.
        limits: How many requests may run and wait.
    """

    def __init__(self, script: Script, schema: Schema | None, limits: Limits) -> None:
        self._script = script
        self._schema = schema
        self._capacity = limits.concurrent_runs + limits.waiting_runs
        self._threads = CapacityLimiter(limits.concurrent_runs)
        self._inside = 0

    @property
    def has_room(self) -> bool:
        """Whether another request would be taken."""
        return self._inside < self._capacity

    async def answer(self, body: bytes) -> str:
        """Return what ``run`` makes of a request's body, as JSON text.

        Raises:
            RefusalError: Too many requests are waiting (503).
            InputError: The body does not fit the schema.
            Exception: Whatever the script raises.
        """
        if not self.has_room:
            raise RefusalError(
                503,
                "overloaded",
                f"{self._inside} requests are already under way or waiting",
                hint="try again shortly, or run more replicas",
                headers={"retry-after": "1"},
            )
        self._inside += 1
        try:
            call = functools.partial(self._call, body)
            answer, error = await anyio.to_thread.run_sync(call, limiter=self._threads)
        finally:
            self._inside -= 1
        if error is not None:
            raise error
        return answer

    def _call(self, body: bytes) -> tuple[str, Exception | None]:
        # Errors come back as values: a StopIteration cannot leave a future, and a script that
        # calls sys.exit() must not take the server with it.
        try:
            return json.dumps(self._run(body), allow_nan=False), None
        except (SystemExit, StopIteration) as error:
            failure = RuntimeError(f"run() raised {type(error).__name__}")
            return "", failure.with_traceback(error.__traceback__)
        except Exception as error:
            return "", error

    def _run(self, body: bytes) -> Any:
        if self._schema is not None:
            return self._script.run(**parse_inputs(self._schema, body))
        try:
            text = body.decode()
        except UnicodeDecodeError as error:
            raise InputError(f"the body is not UTF-8 text: {error.reason}") from error
        return self._script.run(text)
