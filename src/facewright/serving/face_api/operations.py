"""Every operation of the face routes, as a table; `openapi` writes the document from it."""

from dataclasses import dataclass
from typing import Any

from facewright.serving.face_api import examples

TAGS = {
    "faces": "Who is in a photo, where the faces are, whether two are one person's.",
    "people": "People added to the model without training.",
    "model": "What answers, its threshold and the evidence for it.",
    "compreface": "The routes of CompreFace 1.2, for its clients.",
    "inference-protocol": "The Open Inference Protocol, version 2.",
}

PHOTO_BODIES: dict[str, tuple[str, ...]] = {
    "photos": (),
    "file": ("file",),
    "two files": ("source_image", "target_image"),
}
"""Bodies that hold photos, and the fields they are in; any fields where none is named."""

ALWAYS = {
    "400": "The request breaks the contract, or a photo cannot be used",
    "401": "No key of the service was sent",
    "403": "The key does not open this",
    "429": "As many requests are waiting as may; see Retry-After",
    "431": "The headers or the request id are too long",
    "504": "The answer was not ready in time",
}
OF_BODIES = {
    "408": "The body did not arrive in time",
    "413": "The body is too long",
    "415": "The body is of another media type",
}
FAILURES = {
    "404": "There is no such person, photo or model",
    "409": "The name is taken, or the person has too many photos",
}

_COMPREFACE_FAILURE = {
    "type": "object",
    "required": ["code", "message"],
    "properties": {"code": {"type": "integer"}, "message": {"type": "string"}},
}
_PROTOCOL_FAILURE = {
    "type": "object",
    "required": ["error"],
    "properties": {"error": {"type": "string"}},
}
FAILURE_BODIES: dict[str, Any] = {
    "compreface": {"application/json": {"schema": _COMPREFACE_FAILURE}},
    "inference-protocol": {"application/json": {"schema": _PROTOCOL_FAILURE}},
}


@dataclass(frozen=True)
class Operation:
    """One method of one path.

    Attributes:
        method: In lower case.
        path: As OpenAPI writes it.
        name: Its id.
        tag: One of `TAGS`.
        summary: What it does.
        body: A key of `PHOTO_BODIES`, a schema's name, or None.
        options: Name of the class of its query, or None.
        required: Names of required options, where there is no such class.
        answer: Name of the answer's schema, or None.
        answer_words: What the answer is.
        statuses: Of answers that are no failure.
        failures: Of failures besides those that any request may meet.
        media: Media type of the answer.
        example: An answer, or None.
    """

    method: str
    path: str
    name: str
    tag: str
    summary: str
    body: str | None = None
    options: str | None = None
    required: tuple[str, ...] = ()
    answer: str | None = None
    answer_words: str = "The answer"
    statuses: tuple[str, ...] = ("200",)
    failures: tuple[str, ...] = ()
    media: str = "application/json"
    example: Any = None


_NATIVE = (
    Operation(
        "post",
        "/v1/recognize",
        "recognize",
        "faces",
        "Name the faces of photos",
        body="photos",
        options="RecognizeOptions",
        answer="RecognizeAnswer",
        example=examples.RECOGNIZED,
    ),
    Operation(
        "post",
        "/v1/detect",
        "detect",
        "faces",
        "Find the faces of photos",
        body="photos",
        options="LookOptions",
        answer="DetectAnswer",
    ),
    Operation(
        "post",
        "/v1/verify",
        "verify",
        "faces",
        "Compare the largest faces of two photos",
        body="photos",
        options="VerifyOptions",
        answer="VerifyAnswer",
    ),
    Operation(
        "post",
        "/v1/embed",
        "embed",
        "faces",
        "Return the embeddings of the faces of photos",
        body="photos",
        options="LookOptions",
        answer="EmbedAnswer",
    ),
    Operation(
        "get",
        "/v1/model",
        "showModel",
        "model",
        "Show the recognition contract, the threshold and its evidence",
        answer="ModelAnswer",
    ),
    Operation(
        "get",
        "/v1/people",
        "listPeople",
        "people",
        "List the people the service knows",
        options="PageOptions",
        answer="PeopleAnswer",
        example=examples.PEOPLE,
    ),
    Operation(
        "post",
        "/v1/people",
        "createPerson",
        "people",
        "Enrol a person without photos",
        body="NameBody",
        answer="PersonEntry",
        statuses=("201",),
        failures=("409",),
    ),
    Operation(
        "get",
        "/v1/people/{name}",
        "showPerson",
        "people",
        "Show an enrolled person",
        answer="PersonEntry",
        failures=("404", "409"),
    ),
    Operation(
        "put",
        "/v1/people/{name}",
        "renamePerson",
        "people",
        "Give an enrolled person another name",
        body="NameBody",
        answer="PersonEntry",
        failures=("404", "409"),
    ),
    Operation(
        "delete",
        "/v1/people/{name}",
        "removePerson",
        "people",
        "Remove an enrolled person with everything kept about them",
        statuses=("204",),
        failures=("404", "409"),
    ),
    Operation(
        "post",
        "/v1/people/{name}/photos",
        "enrolPhotos",
        "people",
        "Enrol photos of a person, who is new or gets more",
        body="photos",
        options="EnrolOptions",
        answer="EnrolAnswer",
        statuses=("200", "201"),
        failures=("409",),
        example=examples.ENROLLED,
    ),
    Operation(
        "delete",
        "/v1/people/{name}/photos/{photo}",
        "forgetPhoto",
        "people",
        "Take one photo of a person out",
        statuses=("204",),
        failures=("404", "409"),
    ),
)


def _compreface(method: str, path: str, name: str, summary: str, **parts: Any) -> Operation:
    return Operation(method, "/api/v1" + path, name, "compreface", summary, **parts)


_COLLECTION = (
    _compreface(
        "post",
        "/recognition/subjects",
        "addSubject",
        "Add a subject without examples",
        body="SubjectBody",
        statuses=("201",),
        failures=("409",),
    ),
    _compreface("get", "/recognition/subjects", "listSubjects", "List the subjects"),
    _compreface(
        "delete",
        "/recognition/subjects",
        "removeSubjects",
        "Remove every subject",
        failures=("409",),
    ),
    _compreface(
        "put",
        "/recognition/subjects/{subject}",
        "renameSubject",
        "Rename a subject, or merge it into another",
        body="SubjectBody",
        failures=("404", "409"),
    ),
    _compreface(
        "delete",
        "/recognition/subjects/{subject}",
        "removeSubject",
        "Remove a subject",
        failures=("404", "409"),
    ),
    _compreface(
        "post",
        "/recognition/faces",
        "addExample",
        "Add a photo of a subject",
        body="file",
        required=("subject",),
        statuses=("201",),
        failures=("409",),
    ),
    _compreface(
        "get",
        "/recognition/faces",
        "listExamples",
        "List a page of examples",
        options="PageQuery",
        failures=("404", "409"),
    ),
    _compreface(
        "delete",
        "/recognition/faces",
        "removeExamples",
        "Remove the examples of a subject",
        failures=("404", "409"),
    ),
    _compreface(
        "delete",
        "/recognition/faces/{image_id}",
        "removeExample",
        "Remove one example",
        failures=("404", "409"),
    ),
    _compreface(
        "get",
        "/recognition/faces/{image_id}/img",
        "showExample",
        "Return the cut-out face of an example, where it was kept",
        media="image/png",
        failures=("404",),
    ),
)

_LOOKING = tuple(
    _compreface("post", path, name, summary, body=body, options="LookQuery", failures=failures)
    for path, name, summary, body, failures in (
        ("/recognition/recognize", "recognizeSubjects", "Name the faces of a photo", "file", ()),
        (
            "/recognition/faces/{image_id}/verify",
            "verifyExample",
            "Compare a photo with an example",
            "file",
            ("404",),
        ),
        ("/detection/detect", "detectFaces", "Find the faces of a photo", "file", ()),
        ("/verification/verify", "verifyFaces", "Compare two photos", "two files", ()),
    )
)

_EMBEDDINGS = (
    _compreface(
        "post",
        "/recognition/embeddings/recognize",
        "recognizeEmbeddings",
        "Name embeddings",
        body="EmbeddingsBody",
    ),
    _compreface(
        "post",
        "/recognition/embeddings/faces/{image_id}/verify",
        "verifyExampleEmbeddings",
        "Compare embeddings with an example",
        body="EmbeddingsBody",
        failures=("404",),
    ),
    _compreface(
        "post",
        "/verification/embeddings/verify",
        "verifyEmbeddings",
        "Compare an embedding with others",
        body="SourceAndTargets",
    ),
)


def _protocol(method: str, path: str, name: str, summary: str, **parts: Any) -> Operation:
    return Operation(method, "/v2" + path, name, "inference-protocol", summary, **parts)


_PROTOCOL = (
    _protocol("get", "", "protocolServer", "Name the server"),
    _protocol("get", "/health/live", "protocolLive", "Tell whether the server lives"),
    _protocol("get", "/health/ready", "protocolReady", "Tell whether it takes requests"),
    _protocol("get", "/models/{model}", "protocolModel", "Describe the model", failures=("404",)),
    _protocol(
        "get",
        "/models/{model}/ready",
        "protocolModelReady",
        "Tell whether the model is ready",
        failures=("404",),
    ),
    _protocol(
        "post",
        "/models/{model}/infer",
        "protocolInfer",
        "Name the faces of photos",
        body="InferRequest",
        answer="InferAnswer",
        failures=("404",),
    ),
)

ALL = (*_NATIVE, *_COLLECTION, *_LOOKING, *_EMBEDDINGS, *_PROTOCOL)
"""Every operation."""
