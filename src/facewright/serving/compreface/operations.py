"""The operations of CompreFace's façade, for the OpenAPI document."""

from typing import Any

from facewright.serving.face_api.operation import Operation


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
        failures=("409", "503"),
    ),
    _compreface(
        "get",
        "/recognition/subjects",
        "listSubjects",
        "List the subjects",
        failures=("503",),
    ),
    _compreface(
        "delete",
        "/recognition/subjects",
        "removeSubjects",
        "Remove every subject",
        failures=("409", "503"),
    ),
    _compreface(
        "put",
        "/recognition/subjects/{subject}",
        "renameSubject",
        "Rename a subject, or merge it into another",
        body="SubjectBody",
        failures=("404", "409", "503"),
    ),
    _compreface(
        "delete",
        "/recognition/subjects/{subject}",
        "removeSubject",
        "Remove a subject",
        failures=("404", "409", "503"),
    ),
    _compreface(
        "post",
        "/recognition/faces",
        "addExample",
        "Add a photo of a subject",
        body="file",
        required=("subject",),
        statuses=("201",),
        failures=("409", "503"),
    ),
    _compreface(
        "get",
        "/recognition/faces",
        "listExamples",
        "List a page of examples",
        options="PageQuery",
        failures=("404", "409", "503"),
    ),
    _compreface(
        "delete",
        "/recognition/faces",
        "removeExamples",
        "Remove the examples of a subject",
        failures=("404", "409", "503"),
    ),
    _compreface(
        "delete",
        "/recognition/faces/{image_id}",
        "removeExample",
        "Remove one example",
        failures=("404", "409", "503"),
    ),
    _compreface(
        "get",
        "/recognition/faces/{image_id}/img",
        "showExample",
        "Return the cut-out face of an example, where it was kept",
        media="image/png",
        failures=("404", "503"),
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
            ("404", "503"),
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
        failures=("404", "503"),
    ),
    _compreface(
        "post",
        "/verification/embeddings/verify",
        "verifyEmbeddings",
        "Compare an embedding with others",
        body="SourceAndTargets",
    ),
)

COMPREFACE = (*_COLLECTION, *_LOOKING, *_EMBEDDINGS)
"""Every one of them."""
