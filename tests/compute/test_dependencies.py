"""Dependency files: a conda environment file whose pip section is what is installed."""

from pathlib import Path

import pytest

from facewright.compute.dependencies import read_dependencies
from facewright.errors import DependenciesError

FILE = """
name: project_environment
dependencies:
  - python=3.11
  - pip:
      - facewright[train]
      - numpy>=2
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "dependencies.yml"
    path.write_text(text)
    return path


def test_the_pip_section_is_what_is_installed(tmp_path: Path) -> None:
    found = read_dependencies(write(tmp_path, FILE))
    assert found.python == "3.11"
    assert found.requirements == ("facewright[train]", "numpy>=2")


def test_the_digest_forgets_order_and_comments_but_not_versions(tmp_path: Path) -> None:
    first = read_dependencies(write(tmp_path, FILE)).digest
    turned = FILE.replace(
        "      - facewright[train]\n      - numpy>=2",
        "      - numpy>=2\n      - facewright[train] ",
    )
    assert read_dependencies(write(tmp_path, turned)).digest == first
    assert read_dependencies(write(tmp_path, FILE.replace("3.11", "3.12"))).digest != first


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("dependencies: 3", "expected a list `dependencies`"),
        ("dependencies: [tensorflow]", "received 'tensorflow'"),
        ("dependencies: [{pip: ['--index-url http://x']}]", "'--index-url http://x'"),
        ('dependencies: [{pip: ["a\\nb"]}]', "not a requirement"),
        ("dependencies: [", "not a dependency file"),
        ("!!python/object:os.system {}", "not a dependency file"),
    ],
)
def test_what_cannot_be_installed_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(DependenciesError, match="(?s)" + says.replace("[", r"\[")) as caught:
        read_dependencies(write(tmp_path, text))
    assert caught.value.hint


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DependenciesError, match=r"missing\.yml"):
        read_dependencies(tmp_path / "missing.yml")
