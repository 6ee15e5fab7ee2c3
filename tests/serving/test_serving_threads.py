"""Workers × threads = cores, down to ONNX Runtime."""

from pathlib import Path

import pytest
from serving_process import ServingProcess, write_script

from facewright.serving.server import cores
from facewright.training.train import TrainingResult

_SCRIPT = """
from facewright.recognizer.network import load_network

def init():
    global network
    network = load_network({model!r})

def run(input_bytes):
    return network._graph._session.get_session_options().intra_op_num_threads
"""


@pytest.mark.parametrize("workers", [1, cores()])
def test_the_cores_are_divided_among_the_workers_networks(
    trained: TrainingResult, tmp_path: Path, workers: int
) -> None:
    script = _SCRIPT.replace("{model!r}", f"Path({str(trained.files['my_model.onnx'])!r})")
    text = "from pathlib import Path\n" + script
    server = ServingProcess(write_script(tmp_path, text), ("--workers", workers))
    try:
        server.start()
        with server.client() as client:
            assert server.score(client, "").json() == cores() // workers
    finally:
        server.end()
