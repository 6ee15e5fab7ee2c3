"""Where the database is unless one is named."""

from pathlib import Path

import pytest

from facewright.settings import Settings


def test_without_a_word_it_is_a_file_among_the_data(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FACEWRIGHT_DATA_DIRECTORY", str(tmp_path))
    assert Settings().database_url == f"sqlite:///{tmp_path / 'facewright.db'}"


def test_the_url_that_is_named_is_used_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACEWRIGHT_DATABASE_URL", "postgresql://ada:geheim@host/records")
    settings = Settings()
    assert settings.database_url == "postgresql://ada:geheim@host/records"
    assert "geheim" not in f"{settings!r} {settings} {settings.model_dump_json()}"


def test_the_user_can_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACEWRIGHT_USER", "ada")
    assert Settings().user == "ada"
