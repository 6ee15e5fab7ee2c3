"""Every operation of ``/openapi.json``, with what schemathesis makes of its description."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from face_service import face_service
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from facewright.scoring import DataTypes, SampleDefinition, generate_schema
from facewright.scoring.openapi import merged, openapi_document
from facewright.scoring.schema import read_schema
from facewright.serving.face_api.openapi import face_api_document
from facewright.serving.limits import Limits
from facewright.training.train import TrainingResult

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def _described() -> dict[str, Any]:
    def run(input_bytes: str) -> None: ...

    inputs = {"input_bytes": SampleDefinition(DataTypes.STANDARD, "a")}
    own = openapi_document(read_schema(generate_schema(run, inputs=inputs)), name="faces")
    return merged(own, [face_api_document()])


DOCUMENT = _described()
OPERATIONS = {
    found.ok().label: found.ok()
    for found in schemathesis.openapi.from_dict(DOCUMENT).get_all_operations()
    if isinstance(found, Ok)
}


@pytest.fixture(scope="module")
def url(trained: TrainingResult, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("described")
    limits = Limits(body_bytes=2_000_000)
    with face_service(trained.files["my_model.onnx"], folder, limits) as address:
        yield address


def test_the_service_describes_itself_so(url: str) -> None:
    served = httpx.get(f"{url}/openapi.json", trust_env=False).json()
    assert served["paths"].keys() == DOCUMENT["paths"].keys()
    assert len(OPERATIONS) > 30


@pytest.mark.parametrize("label", OPERATIONS)
def test_an_operation_keeps_its_word(url: str, label: str) -> None:
    @settings(
        max_examples=8,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(OPERATIONS[label].as_strategy())
    def check(case: Any) -> None:
        response = case.call(base_url=url, timeout=120)
        case.validate_response(response, checks=CHECKS)
        assert "Traceback" not in response.text

    check()
