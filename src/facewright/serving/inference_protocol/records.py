"""The Open Inference Protocol's records (version 2, JSON), as far as photos need them."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field


class InputTensor(BaseModel):
    """One input: BYTES of photos in base64, `shape` [N]."""

    model_config = ConfigDict(extra="ignore")

    name: Annotated[str, Field(max_length=200)]
    shape: Annotated[list[Annotated[int, Field(ge=0)]], Field(max_length=4)]
    datatype: Annotated[str, Field(max_length=20)]
    data: list[str]


class RequestedOutput(BaseModel):
    """The name of an output that is wanted."""

    model_config = ConfigDict(extra="ignore")

    name: Annotated[str, Field(max_length=200)]


class InferRequest(BaseModel):
    """The body of a request to infer."""

    model_config = ConfigDict(extra="ignore")

    id: Annotated[str, Field(max_length=200)] | None = None
    inputs: Annotated[list[InputTensor], Field(min_length=1, max_length=1)]
    outputs: list[RequestedOutput] | None = None


class OutputTensor(BaseModel):
    """One output, flat and row by row."""

    name: str
    shape: list[int]
    datatype: str
    data: list[Any]


class InferAnswer(BaseModel):
    """The answer to a request to infer."""

    model_name: str
    model_version: str
    id: str
    outputs: list[OutputTensor]
