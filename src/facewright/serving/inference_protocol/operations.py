"""The operations of the Open Inference Protocol, for the OpenAPI document."""

from typing import Any

from facewright.serving.face_api.operation import Operation


def _protocol(method: str, path: str, name: str, summary: str, **parts: Any) -> Operation:
    return Operation(method, "/v2" + path, name, "inference-protocol", summary, **parts)


PROTOCOL = (
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
