"""One service with small limits for everything hostile: none of it may harm it."""

from collections.abc import Iterator

import httpx
import pytest
from face_service import face_service

from facewright.serving.limits import Limits
from facewright.training.train import TrainingResult


@pytest.fixture(scope="session")
def service(
    trained: TrainingResult, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("hostile")
    limits = Limits(body_bytes=3_000_000, photos=4)
    with (
        face_service(trained.files["my_model.onnx"], folder, limits) as url,
        httpx.Client(base_url=url, trust_env=False, timeout=120) as client,
    ):
        yield client
        assert client.get("/").text == "Healthy"
        # Python may keep what it compiled of the script, as it is set.
        left = {each.name for each in folder.iterdir()} - {"__pycache__"}
        assert left == {"my_model.onnx", "outputs", "score.py"}
