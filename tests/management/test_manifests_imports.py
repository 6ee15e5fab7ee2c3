"""Imports are found by reading, through all files of the folder."""

from pathlib import Path

import pytest

from facewright.errors import ManagementError
from facewright.management.manifests.imports import Imported, find_imports


def _found(folder: Path, files: dict[str, str]) -> Imported:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return find_imports(folder, ["score.py"])


@pytest.mark.parametrize(
    "text",
    [
        "import helper",
        "import helper as h, os",
        "from helper import x",
        "def run(x):\n  if x:\n    from helper import y",
        "import importlib\nimportlib.import_module('helper')",
        "from importlib import import_module\nimport_module('helper')",
        "__import__('helper')",
        "from . import helper",
        "try:\n  import helper\nfinally:\n  pass",
    ],
)
def test_a_module_of_the_folder_is_found(tmp_path: Path, text: str) -> None:
    found = _found(tmp_path, {"score.py": text, "helper.py": ""})
    expected = {} if text.startswith("from .") else {"helper.py": "score.py"}
    assert found.local == expected
    assert not found.optional
    assert found.packages == {}


def test_packages_are_followed_through_relative_imports(tmp_path: Path) -> None:
    found = _found(
        tmp_path,
        {
            "score.py": "from faces.look import eyes",
            "faces/__init__.py": "",
            "faces/look/__init__.py": "from .eyes import colour\nfrom ..shared import *",
            "faces/look/eyes.py": "import nose",
            "faces/shared.py": "from . import table",
            "faces/table.py": "",
            "faces/unused.py": "",
            "nose.py": "from .... import beyond",
        },
    )
    assert sorted(found.local) == [
        "faces/__init__.py",
        "faces/look/__init__.py",
        "faces/look/eyes.py",
        "faces/shared.py",
        "faces/table.py",
        "nose.py",
    ]
    assert found.local["nose.py"] == "faces/look/eyes.py"


def test_what_may_fail_is_optional(tmp_path: Path) -> None:
    text = """
import typing
try:
    import fast
except ImportError:
    import slow
if typing.TYPE_CHECKING:
    import hints
if __name__ == "__main__":
    import tool
    import somepackage
"""
    names = {f"{name}.py": "" for name in ("fast", "slow", "hints", "tool")}
    found = _found(tmp_path, {"score.py": text, **names})
    assert set(found.local) == found.optional == {"fast.py", "slow.py", "tool.py"}
    assert found.packages == {}


def test_what_is_needed_somewhere_is_not_optional(tmp_path: Path) -> None:
    text = "try:\n  import helper\nexcept ImportError:\n  helper = None\nimport helper"
    found = _found(tmp_path, {"score.py": text, "helper.py": ""})
    assert (set(found.local), found.optional) == ({"helper.py"}, set())


def test_packages_of_others_are_told_from_those_of_python(tmp_path: Path) -> None:
    text = "import json, cv2, os.path\nfrom google.cloud import storage\nimport sys"
    found = _found(tmp_path, {"score.py": text, "json.py": "", "sys.py": ""})
    # As for Python itself: a file of the folder hides json, and cannot hide what is built in.
    assert found.local == {"json.py": "score.py"}
    assert found.packages == {"cv2": "score.py", "google": "score.py"}


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "a b", "", "x.."])
def test_names_that_are_no_modules_lead_nowhere(tmp_path: Path, name: str) -> None:
    (tmp_path / "outside.py").write_text("")
    inside = tmp_path / "inside"
    found = _found(inside, {"score.py": f"__import__({name!r})"})
    assert found.local == {}


def test_imports_in_a_circle_end(tmp_path: Path) -> None:
    found = _found(tmp_path, {"score.py": "import a", "a.py": "import b", "b.py": "import a"})
    assert sorted(found.local) == ["a.py", "b.py"]


@pytest.mark.parametrize("text", ["def", "x = " + "1 + " * 20_000 + "1", "é".encode("latin-1")])
def test_a_module_that_cannot_be_read_is_named(tmp_path: Path, text: str | bytes) -> None:
    (tmp_path / "helper.py").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ManagementError, match=r"helper\.py"):
        _found(tmp_path, {"score.py": "import helper"})
