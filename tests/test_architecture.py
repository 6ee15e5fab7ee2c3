"""Rules about the code itself that no single module can prove."""

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

import facewright
from facewright.compute import catalogue as targets
from facewright.embedders import catalogue
from facewright.faces import align, detector
from facewright.recognizer import network

PROJECT = Path(__file__).parent.parent
SOURCES = sorted((PROJECT / "src").rglob("*.py"))

REFERENCES = [
    *detector._DETECTORS.values(),
    *align._ALIGNMENTS.values(),
    *(target for target, _ in network._READERS.values()),
    *catalogue.references(),
    *targets.references(),
]


@pytest.mark.parametrize("reference", REFERENCES)
def test_every_lazy_reference_leads_somewhere(reference: str) -> None:
    module, _, name = reference.partition(":")
    assert callable(getattr(import_module(module), name))


def test_nothing_is_unpickled_or_evaluated() -> None:
    forbidden = {("pickle", "load"), ("pickle", "loads"), ("pickle", "Unpickler"), ("os", "system")}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Name):
                assert node.id not in ("eval", "exec"), path
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                assert (node.value.id, node.attr) not in forbidden, path
            if isinstance(node, ast.keyword):
                assert node.arg != "shell", path


def test_telemetry_is_off_before_anything_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    assert os.environ["ORT_DISABLE_TELEMETRY"] == "1"
    assert os.environ["DO_NOT_TRACK"] == "1"
    assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"
    assert facewright.__version__


def test_the_changelog_has_this_version() -> None:
    text = (PROJECT / "CHANGELOG.md").read_text()
    assert re.search(rf"^## (Unreleased|\[?{re.escape(facewright.__version__)})", text, re.M)


def test_modules_stay_small() -> None:
    long = {
        path.name: lines for path in SOURCES if (lines := len(path.read_text().splitlines())) > 400
    }
    assert long == {}


def test_no_committed_file_names_a_registry_or_a_real_path() -> None:
    constraints = (PROJECT / "constraints.txt").read_text()
    assert "://" not in constraints
    assert "--" not in constraints.replace("# ", "")


def test_every_error_has_a_code_of_its_own() -> None:
    from facewright import errors

    classes = [
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, errors.FacewrightError)
    ]
    codes = [each.code for each in classes]
    assert len(codes) == len(set(codes))
    drawn = errors.__doc__ or ""
    assert all(each.__name__ in drawn for each in classes)


def _hints(path: Path) -> list[str]:
    texts = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.keyword) and node.arg == "hint":
            parts = node.value.values if isinstance(node.value, ast.JoinedStr) else [node.value]
            text = "".join(str(p.value) if isinstance(p, ast.Constant) else "…" for p in parts)
            texts += [text] if text.strip("…None") else []
    return texts


def test_hints_begin_small_and_end_without_a_full_stop() -> None:
    for path in SOURCES:
        for hint in _hints(path):
            assert not re.match(r"[A-Z][a-z]", hint), f"{path.name}: {hint}"
            assert not hint.endswith("."), f"{path.name}: {hint}"
