"""How data is printed: formats, queries, and text that is no markup."""

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from facewright.cli.output import Format, emit
from facewright.cli.plain import json_text, plain, visible
from facewright.errors import InputError

MOMENT = datetime(2026, 1, 2, 3, 4, 5, 678901, UTC)
ROWS = [
    {"name": "[red]front", "runs": 3, "accuracy": 0.98765432, "started": MOMENT},
    {"name": "back\tdoor\n2", "runs": 12, "tags": {"cost": 4, "of": ["a", "b"]}, "late": True},
]


def printed(capsys: pytest.CaptureFixture[str], data: object, *args: object, **kw: object) -> str:
    emit(data, output=args[0] if args else None, **kw)  # type: ignore[arg-type]
    out, err = capsys.readouterr()
    assert err == ""
    return out


def test_a_table_shows_all_columns_one_line_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, ROWS, Format.TABLE) == (
        "name            runs   accuracy   started               tags                late\n"
        f"{'─' * 80}\n"
        "[red]front         3   0.987654   2026-01-02T03:04:05\n"
        "back\\tdoor\\n2     12                                    cost: 4, of: a, b   true\n"
    )


def test_columns_choose_keys_order_and_headings(capsys: pytest.CaptureFixture[str]) -> None:
    columns = {"runs": "Runs", "name": "Name"}
    assert printed(capsys, ROWS, Format.TABLE, columns=columns) == (
        "Runs   Name\n────────────────────\n   3   [red]front\n  12   back\\tdoor\\n2\n"
    )
    assert printed(capsys, ROWS, Format.TABLE, columns=["missing"]).split() == [
        "missing",
        "───────",
    ]


def test_one_thing_is_a_line_for_each_key(capsys: pytest.CaptureFixture[str]) -> None:
    data = {"name": "front", "members": [{"user": "ada"}, {"user": "bo"}], "tags": {}}
    assert printed(capsys, data, Format.TABLE) == (
        "name     front\nmembers  user: ada; user: bo\ntags\n"
    )


def test_a_wide_table_is_not_folded_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    long = "x" * 3000
    assert printed(capsys, [{"a": long}], Format.TABLE).splitlines()[-1] == long


def test_json_is_the_default_where_there_is_no_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    data = {"id": UUID(int=7), "folder": Path("/a/ü"), "at": MOMENT, "nan": float("nan"), "s": {1}}
    assert json.loads(printed(capsys, data)) == {
        "id": "00000000-0000-0000-0000-000000000007",
        "folder": "/a/ü",
        "at": "2026-01-02T03:04:05.678901+00:00",
        "nan": None,
        "s": [1],
    }


def test_tsv_has_no_header_and_every_column_in_every_row(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert printed(capsys, ROWS, Format.TSV) == (
        "[red]front\t3\t0.98765432\t2026-01-02T03:04:05.678901+00:00\t\t\n"
        'back door 2\t12\t\t\t{"cost": 4, "of": ["a", "b"]}\ttrue\n'
    )


def test_yaml_is_plain_and_has_no_aliases(capsys: pytest.CaptureFixture[str]) -> None:
    shared = {"a": Format.JSON, "n": "null", "d": "2026-01-01"}
    text = printed(capsys, [shared, shared], Format.YAML)
    assert "&" not in text
    assert yaml.safe_load(text) == [{"a": "json", "n": "null", "d": "2026-01-01"}] * 2


def test_jsonc_without_a_terminal_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    data = {"text": "x" * 500, "n": 1}
    assert printed(capsys, data, Format.JSONC) == json.dumps(data, indent=2) + "\n"


def test_none_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, ROWS, Format.NONE) == ""


@pytest.mark.parametrize("output", [Format.TABLE, Format.TSV])
def test_nothing_is_shown_of_nothing(capsys: pytest.CaptureFixture[str], output: Format) -> None:
    assert printed(capsys, [], output) == ""
    assert printed(capsys, ROWS, output, query="[9]") == ""


@pytest.mark.parametrize(
    ("query", "tsv", "table"),
    [
        ("[].runs", "3\n12\n", " 3\n12\n"),
        ("[].[runs, late]", "3\t\n12\ttrue\n", " 3\n12   true\n"),
        ("max_by(@, &runs).runs", "12\n", "12\n"),
        ("[?runs > `5`].{n: runs}", "12\n", " n\n───\n12\n"),
        ("sort_by([?started], &started)[].runs", "3\n", "3\n"),
        ("length(@)", "2\n", "2\n"),
    ],
)
def test_queries_pick(capsys: pytest.CaptureFixture[str], query: str, tsv: str, table: str) -> None:
    assert printed(capsys, ROWS, Format.TSV, query=query) == tsv
    shown = printed(capsys, ROWS, Format.TABLE, query=query, columns=["name"])
    assert shown.replace("─", "") == table.replace("─", "")


@pytest.mark.parametrize("query", ["[bad", "", "(" * 5000, "a\x1b"])
def test_a_query_that_cannot_be_read_is_named(query: str) -> None:
    with pytest.raises(InputError, match="not a JMESPath expression") as caught:
        emit(ROWS, output=Format.JSON, query=query)
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 1000


def test_a_query_that_does_not_fit_is_named() -> None:
    with pytest.raises(InputError, match="the query does not fit the data: keys"):
        emit(ROWS, output=Format.JSON, query="keys(@)")


@given(st.text())
def test_text_from_outside_is_harmless_and_on_one_line(text: str) -> None:
    shown = visible(text)
    assert not set("\n\r\t\x1b\x07\x9b\u202e\u2028") & set(shown)
    shown.encode()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_json_holds_what_it_was_given(value: object) -> None:
    text = json_text(plain(value))
    text.encode()
    assert json.loads(text) == plain(value)
    assert "\x1b" not in text
