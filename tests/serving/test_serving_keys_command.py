import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from facewright.cli.score import app
from facewright.serving import keys
from facewright.serving.access import KeyRing


def facewright_score(*arguments: object) -> Result:
    return CliRunner().invoke(app, list(map(str, arguments)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def test_keys_are_made_shown_and_replaced(path: Path) -> None:
    made = facewright_score("keys", "create", path)
    primary, secondary = re.fullmatch(
        r"PrimaryKey: (\S{43})\nSecondaryKey: (\S{43})\n", made.stdout
    ).groups()  # type: ignore[union-attr]
    shown = facewright_score("keys", "show-ids", path)
    replaced = facewright_score("keys", "regenerate", path, "--key", "Secondary")
    ring = KeyRing(path)

    assert [line.split()[:2] for line in shown.stdout.splitlines()] == [
        ["default", "primary"],
        ["default", "secondary"],
    ]
    assert primary not in shown.stdout
    new = replaced.stdout.removeprefix("SecondaryKey: ").strip()
    assert ring.scopes_of(primary)
    assert ring.scopes_of(new)
    assert ring.scopes_of(secondary) is None


def test_a_holder_may_have_some_scopes(path: Path) -> None:
    facewright_score("keys", "create", path, "--holder", "phone", "--scope", "score")

    assert keys.read(path)["phone"].scopes == (keys.Scope.SCORE,)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("create", "--scope", "everything"), "expected one of score, people, admin"),
        (("regenerate", "--key", "third"), "expected primary or secondary, received third"),
    ],
)
def test_wrong_words_are_usage_errors(arguments: tuple[str, ...], words: str, path: Path) -> None:
    ended = facewright_score("keys", arguments[0], path, *arguments[1:])

    assert ended.exit_code == 2
    assert words in " ".join(ended.stderr.replace("│", " ").split())
    assert not path.exists()
