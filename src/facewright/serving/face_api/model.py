"""`GET /v1/model`: what answers, in plain words."""

from starlette.requests import Request
from starlette.responses import Response

from facewright.recognizer.contract import RecognitionContract
from facewright.serving.face_api.directory import Directory
from facewright.serving.face_api.engine import Engine
from facewright.serving.face_api.recognition import json_response
from facewright.wire.faces import ModelAnswer

_LONGEST_SETTING = 200


class ModelRoutes:
    """The contract of the model.

    Args:
        engine: Lends the compute thread.
        directory: The people.
        contract_id: Says which embeddings can be compared.
    """

    def __init__(self, engine: Engine, directory: Directory, contract_id: str) -> None:
        self._engine = engine
        self._directory = directory
        self._contract_id = contract_id

    async def show(self, request: Request) -> Response:
        """Answer the contract, the threshold and its evidence."""
        enrolled = await self._engine.work(request, self._directory.count)
        contract = self._engine.recognizer.contract
        return json_response(model_answer(contract, self._contract_id, enrolled))


def model_answer(contract: RecognitionContract, contract_id: str, enrolled: int) -> ModelAnswer:
    """Return a contract as `/v1/model` answers it."""
    return ModelAnswer(
        labels=contract.labels,
        enrolled=enrolled,
        contract=contract_id,
        training_run=contract.training_run,
        detector=contract.detector.name,
        # A detector's whole network may be among its settings.
        detector_settings={
            name: value
            for name, value in contract.detector.settings.items()
            if len(str(value)) <= _LONGEST_SETTING
        },
        embedder=contract.embedder.name,
        embedder_digest=contract.embedder.digest,
        dimension=contract.embedder.dimension,
        chip=contract.chip.model_dump(),
        threshold=contract.rejection.threshold,
        temperature=contract.rejection.temperature,
        evidence=contract.rejection.evidence,
    )
