"""A model lies where the script looks for it, and files keep their paths."""

import ast
import os
from pathlib import Path

import pytest

from facewright.errors import ManagementError
from facewright.management.manifests.files import checked_path, given_files, plain_file
from facewright.management.manifests.places import find_places, written_paths


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("load('outputs/m.onnx')", {"outputs/m.onnx"}),
        ("load('./outputs//m.onnx')", {"outputs/m.onnx"}),
        ("Path('outputs') / 'm.onnx'", {"outputs/m.onnx"}),
        ("Path('outputs', 'm.onnx')", {"outputs/m.onnx"}),
        ("pathlib.Path('outputs').joinpath('m.onnx')", {"outputs/m.onnx"}),
        ("Path(__file__).parent.joinpath('outputs', 'm.onnx')", {"outputs/m.onnx"}),
        ("folder.joinpath('m.onnx')", set()),
        ("os.path.join('outputs', 'm.onnx')", {"outputs/m.onnx"}),
        ("Path(__file__).parent / 'outputs' / 'm.onnx'", {"outputs/m.onnx"}),
        ("folder / 'm.onnx'", set()),
        ("os.path.join(folder, 'm.onnx')", set()),
        ("f'{folder}/m.onnx'", set()),
        ("open('/etc/passwd'), open('../m.onnx'), open('https://a/m.onnx')", set()),
    ],
)
def test_paths_are_read_off_the_script(text: str, paths: set[str]) -> None:
    assert {path for path in written_paths(ast.parse(text)) if "." in path} == paths


@pytest.mark.parametrize(
    ("script", "lay", "place"),
    [
        ("load('outputs/m.onnx')", "outputs/m.onnx", "outputs/m.onnx"),
        ("load('outputs/m.onnx')", "m.onnx", "outputs/m.onnx"),
        ("load('outputs/m.onnx')", "runs/7/m.onnx", "outputs/m.onnx"),
        ("load('m.onnx')", "outputs/m.onnx", "m.onnx"),
        ("load(folder / 'm.onnx')", "outputs/m.onnx", "outputs/m.onnx"),
        ("load('a/m.onnx'), load('b/m.onnx')", "outputs/m.onnx", "outputs/m.onnx"),
        ("load('outputs/other.onnx')", "m.onnx", "m.onnx"),
    ],
)
def test_a_model_lies_where_the_script_looks(script: str, lay: str, place: str) -> None:
    assert find_places(ast.parse(script), [("m 1", lay)]) == [place]


def test_two_models_at_one_place_are_refused() -> None:
    for other in ("outputs/m.onnx", "m.onnx", "outputs/m.onnx/inside"):
        with pytest.raises(ManagementError, match="two models would lie at one place"):
            find_places(ast.parse("'outputs/m.onnx'"), [("a", "outputs/m.onnx"), ("b", other)])


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../x", "", ".", "a\\b", "a\nb"])
def test_hostile_paths_are_refused(path: str) -> None:
    with pytest.raises(ManagementError):
        checked_path(path, "the schema")


def test_links_that_lead_out_are_refused(tmp_path: Path) -> None:
    outside, folder = tmp_path / "secret.txt", tmp_path / "project"
    outside.write_text("secret")
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "link.txt").symlink_to(outside)
    (folder / "above").symlink_to(tmp_path)
    for given in ("data/link.txt", "data", "above", "above/secret.txt"):
        with pytest.raises(ManagementError, match="a link leads to what no image can hold"):
            given_files(folder, [given])


def test_a_link_inside_the_folder_is_the_file(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("x")
    (tmp_path / "link.txt").symlink_to("real.txt")
    assert list(given_files(tmp_path, ["link.txt"])) == ["link.txt"]


def test_a_link_to_itself_and_a_pipe_are_refused(tmp_path: Path) -> None:
    (tmp_path / "round").symlink_to("round")
    os.mkfifo(tmp_path / "pipe")
    for name in ("round", "pipe", "nothing"):
        with pytest.raises(ManagementError, match=name):
            plain_file(tmp_path, name, "a dependency")


def test_folders_come_without_caches(tmp_path: Path) -> None:
    for path in ("lib/a.py", "lib/deep/b.txt", "lib/__pycache__/a.pyc", "lib/.git/config", "c.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("")
    assert sorted(given_files(tmp_path, ["lib", "./c.py"])) == [
        "c.py",
        "lib/a.py",
        "lib/deep/b.txt",
    ]
