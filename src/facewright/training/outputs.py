"""The files a run leaves, which appear together or not at all."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from facewright.classifier.labels import number_to_text_label
from facewright.embedders.catalogue import TrainableEmbedder
from facewright.recognizer.contract import RecognitionContract
from facewright.system.files import write_together
from facewright.training.evaluate import Evaluation
from facewright.training.learn import Learned

Writer = Callable[[Path], None]

ONNX_MODEL = "my_model.onnx"
KERAS_MODEL = "my_model.h5"
LABELS = "number_to_text_label.json"
CONFUSION_MATRIX = "confusion_matrix.png"
REPORT = "training.json"


@dataclass(frozen=True)
class Finished:
    """What a run has to write.

    Attributes:
        contract: Goes into both model files.
        embedder: The pretrained network.
        learned: What training produced.
        evaluation: Results on held-out photos, or None.
        held_out: Those photos, as `<person>/<file>`.
    """

    contract: RecognitionContract
    embedder: TrainableEmbedder
    learned: Learned
    evaluation: Evaluation | None
    held_out: list[str]


def write_outputs(folder: Path, run: Finished) -> dict[str, Path]:
    """Write the model in both forms, the labels and the results.

    Args:
        folder: Usually `outputs/`.
        run: What to write.

    Returns:
        The files by name.
    """
    writers: dict[str, Writer] = {
        ONNX_MODEL: partial(_write_onnx, run),
        KERAS_MODEL: partial(_write_keras, run),
        LABELS: partial(_write, text=number_to_text_label(run.contract.labels)),
        REPORT: partial(_write, text=_report(run)),
    }
    if run.evaluation is not None:
        writers[CONFUSION_MATRIX] = partial(_plot, run.evaluation)
    files = {name: folder / name for name in writers}
    write_together({files[name]: writer for name, writer in writers.items()})
    return files


def _write_onnx(run: Finished, path: Path) -> None:
    from facewright.training.onnx_export import write_onnx

    tuned = run.learned.tuned
    graph = run.embedder.onnx_bytes() if tuned is None else _exported(tuned)
    write_onnx(path, graph, run.learned.head, run.contract)


def _exported(tuned: Any) -> bytes:
    from facewright.embedders.keras_export import to_onnx
    from facewright.recognizer.keras_network import embedder_of

    return to_onnx(embedder_of(tuned), {})


def _write_keras(run: Finished, path: Path) -> None:
    from facewright.recognizer.keras_network import with_head
    from facewright.training.h5_export import write_h5

    if run.embedder.name.startswith("onnx:"):
        write_h5(path, with_head(None, run.learned.head), run.contract, run.embedder.onnx_bytes())
    else:
        network = run.learned.tuned or with_head(run.embedder.network(), run.learned.head)
        write_h5(path, network, run.contract)


def _plot(evaluation: Evaluation, path: Path) -> None:
    from facewright.training.confusion_plot import draw_confusion_matrix

    draw_confusion_matrix(evaluation, path)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _report(run: Finished) -> str:
    contract = run.contract
    report: dict[str, Any] = {
        "format": 1,
        "training_run": contract.training_run,
        "labels": contract.labels,
        "threshold": contract.rejection.threshold,
        "threshold_evidence": contract.rejection.evidence,
        "held_out": run.evaluation and _results(run.evaluation, run.held_out),
    }
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def _results(evaluation: Evaluation, files: list[str]) -> dict[str, Any]:
    return {
        "photos": evaluation.photos,
        "files": files,
        "accuracy": evaluation.accuracy,
        "labels": evaluation.labels,
        "confusion_matrix": evaluation.matrix.tolist(),
        "people": [vars(score) for score in evaluation.scores],
    }
