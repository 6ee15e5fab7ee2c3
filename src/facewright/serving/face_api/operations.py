"""Every operation of the face routes, as a table; `openapi` writes the document from it."""

from facewright.serving.compreface.operations import COMPREFACE
from facewright.serving.face_api import examples
from facewright.serving.face_api.operation import Operation
from facewright.serving.inference_protocol.operations import PROTOCOL

TAGS = {
    "faces": "Who is in a photo, where the faces are, whether two are one person's.",
    "people": "People added to the model without training.",
    "model": "What answers, its threshold and the evidence for it.",
    "compreface": "The routes of CompreFace 1.2, for its clients.",
    "inference-protocol": "The Open Inference Protocol, version 2.",
}

NATIVE = (
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
        failures=("503",),
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
        failures=("503",),
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
        failures=("409", "503"),
    ),
    Operation(
        "get",
        "/v1/people/{name}",
        "showPerson",
        "people",
        "Show an enrolled person",
        answer="PersonEntry",
        failures=("404", "409", "503"),
    ),
    Operation(
        "put",
        "/v1/people/{name}",
        "renamePerson",
        "people",
        "Give an enrolled person another name",
        body="NameBody",
        answer="PersonEntry",
        failures=("404", "409", "503"),
    ),
    Operation(
        "delete",
        "/v1/people/{name}",
        "removePerson",
        "people",
        "Remove an enrolled person with everything kept about them",
        statuses=("204",),
        failures=("404", "409", "503"),
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
        failures=("409", "503"),
        example=examples.ENROLLED,
    ),
    Operation(
        "delete",
        "/v1/people/{name}/photos/{photo}",
        "forgetPhoto",
        "people",
        "Take one photo of a person out",
        statuses=("204",),
        failures=("404", "409", "503"),
    ),
)


ALL = (*NATIVE, *COMPREFACE, *PROTOCOL)
"""Every operation."""
