"""The error document of every Facewright server: RFC 9457, and the original's two members."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

MEDIA_TYPE = "application/problem+json"
REQUEST_ID_HEADER = "x-request-id"


class Problem(BaseModel):
    """Why a request failed.

    Attributes:
        type: URI of the kind of problem; ``about:blank`` says that `status` and `code` tell all.
        title: The HTTP status in words.
        status: HTTP status code.
        detail: What is wrong, what was expected, what was received.
        code: Stable word for programs.
        hint: What to do next, or None.
        request_id: The id to look for in the service's log; ``requestId`` in JSON.
        error_code: `status` again, where clients of the original look; ``errorCode`` in JSON.
        message: `detail` again, where clients of the original look.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    hint: str | None = None
    request_id: str = Field(default="", alias="requestId")
    error_code: int = Field(alias="errorCode")
    message: str

    def document(self) -> dict[str, Any]:
        """Return the members as they travel; an absent hint is left out."""
        return self.model_dump(by_alias=True, exclude_none=True)


def read_problem(document: object) -> Problem | None:
    """Return the problem in `document`, or None when it is not one."""
    try:
        return Problem.model_validate(document)
    except ValidationError:
        return None
