import sys
from pathlib import Path

import pytest

from facewright.errors import InputError, NoFaceFound, SchemaError
from facewright.scoring import Script, load_script


@pytest.fixture(autouse=True)
def _own_import_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)


def script(folder: Path, text: str) -> Script:
    path = folder / "score.py"
    path.write_text(text)
    return load_script(path)


def test_a_script_is_loaded_and_run(tmp_path: Path) -> None:
    loaded = script(
        tmp_path,
        "model = None\n"
        "def init():\n    global model\n    model = 'ready'\n"
        "def run(input_bytes):\n    return model + input_bytes\n"
        "if __name__ == '__main__':\n    raise SystemExit('not me')\n",
    )

    loaded.init()

    assert loaded.run(input_bytes="!") == "ready!"
    assert loaded.path == tmp_path / "score.py"


def test_init_may_be_missing(tmp_path: Path) -> None:
    loaded = script(tmp_path, "def run(): return 1")

    loaded.init()

    assert loaded.run() == 1


def test_relative_paths_are_those_of_the_scripts_folder(tmp_path: Path) -> None:
    (tmp_path / "outputs").mkdir()
    (tmp_path / "outputs" / "labels.txt").write_text("Ada")
    read = "Path('outputs/labels.txt').read_text()"
    before = Path.cwd()

    loaded = script(
        tmp_path,
        f"from pathlib import Path\ntop = {read}\n"
        f"def init():\n    global labels\n    labels = {read}\n"
        "def run(): return top + labels",
    )
    loaded.init()

    assert loaded.run() == "AdaAda"
    assert Path.cwd() == before


def test_a_script_may_import_its_neighbours(tmp_path: Path) -> None:
    (tmp_path / "scoring_neighbour_of_a_test.py").write_text("value = 5")

    loaded = script(tmp_path, "import scoring_neighbour_of_a_test as n\ndef run(): return n.value")

    assert loaded.run() == 5


def test_two_scripts_of_one_name_do_not_meet(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()

    one = script(tmp_path / "a", "def run(): return 'a'")
    other = script(tmp_path / "b", "def run(): return 'b'")

    assert (one.run(), other.run()) == ("a", "b")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def init(): pass", r"score\.py defines no run\(\)"),
        ("run = 3", r"run in score\.py is a int; expected a function"),
        ("async def run(): pass", r"run\(\) in score\.py is asynchronous"),
        ("def run(): pass\ninit = 3", r"init in score\.py is a int"),
        ("def run(): pass\ndef init(path): pass", r"init\(\) of score\.py takes arguments"),
        ("def run(:", r"score\.py failed to load: SyntaxError"),
        ("import a_module_that_is_not_there", "failed to load: ModuleNotFoundError"),
        ("1/0", "failed to load: ZeroDivisionError"),
        ("raise SystemExit(3)", "failed to load: SystemExit: 3"),
    ],
)
def test_an_unusable_script_says_why(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=words):
        script(tmp_path, text)


def test_a_missing_script_says_so(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"score\.py was not found"):
        load_script(tmp_path / "score.py")


def test_a_script_without_the_ending_says_so(tmp_path: Path) -> None:
    (tmp_path / "score.txt").write_text("")

    with pytest.raises(SchemaError, match="is not a Python file"):
        load_script(tmp_path / "score.txt")


def test_a_failing_init_names_its_cause(tmp_path: Path) -> None:
    loaded = script(tmp_path, "def init(): open('outputs/my_model.onnx')\ndef run(): pass")

    with pytest.raises(SchemaError, match=r"init\(\) of score\.py failed: FileNotFoundError") as e:
        loaded.init()
    assert isinstance(e.value.__cause__, FileNotFoundError)


def test_an_error_raised_on_purpose_keeps_its_kind(tmp_path: Path) -> None:
    loaded = script(
        tmp_path,
        "from facewright.errors import NoFaceFound\n"
        "def init(): raise NoFaceFound('none')\ndef run(): pass",
    )

    with pytest.raises(NoFaceFound):
        loaded.init()


def test_a_missing_argument_is_the_requests_fault(tmp_path: Path) -> None:
    loaded = script(tmp_path, "def run(input_bytes): return input_bytes")

    with pytest.raises(InputError, match="missing a required argument: 'input_bytes'"):
        loaded.run()


def test_a_type_error_inside_run_is_not(tmp_path: Path) -> None:
    loaded = script(tmp_path, "def run(x): return x + 1")

    with pytest.raises(TypeError):
        loaded.run(x="a")
