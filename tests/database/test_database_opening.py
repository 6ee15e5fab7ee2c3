"""Opening, transactions, and errors in words."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from postgresql_part import Server
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from facewright.database.address import read_address, shown
from facewright.database.database import Database, open_database
from facewright.database.tables.accounts import AccountRow, MemberRow, WorkspaceRow
from facewright.errors import DatabaseError


def account(name: str = "lab", **values: object) -> AccountRow:
    row = AccountRow(
        id=name, name=name, key=name.lower(), owner="ada", description="", tags={},
        created=datetime.now(UTC), resource_group="local", location="local", seats=None,
    )  # fmt: skip
    for key, value in values.items():
        setattr(row, key, value)
    return row


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    with open_database(url) as opened:
        yield opened


def names(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(AccountRow.name).order_by(AccountRow.name)))


def test_what_was_written_is_there_when_it_is_opened_again(url: str) -> None:
    with open_database(url) as database, database.write() as session:
        session.add(account(tags={"ä": "<b>"}))
    with open_database(url) as database, database.read() as session:
        assert session.scalars(select(AccountRow)).one().tags == {"ä": "<b>"}


def test_a_failed_block_changes_nothing(database: Database) -> None:
    with suppress(RuntimeError), database.write() as session:
        session.add(account())
        session.flush()
        raise RuntimeError
    assert names(database) == []


def test_times_come_back_in_utc(database: Database) -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 678901, timezone(timedelta(hours=5)))
    with database.write() as session:
        session.add(account(created=moment))
    with database.read() as session:
        kept = session.scalars(select(AccountRow.created)).one()
    assert (kept, kept.tzinfo) == (moment, UTC)


def test_times_without_a_zone_are_refused(database: Database) -> None:
    row = account(created=datetime(2026, 1, 1))
    with pytest.raises(DatabaseError, match="needs its zone"), database.write() as session:
        session.add(row)


def test_foreign_keys_are_checked(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(
            WorkspaceRow(
                id="w",
                name="w",
                key="w",
                owner="ada",
                description="",
                tags={},
                created=datetime.now(UTC),
                account_id="nowhere",
                resource_group="",
                location="",
            )  # fmt: skip
        )


def test_a_member_belongs_to_one_thing(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(MemberRow(id="m", user="bo", role="reader", created=datetime.now(UTC)))


def test_writers_wait_for_each_other(database: Database) -> None:
    with database.write() as session:
        session.add(account("count", seats=0))

    def add_ten() -> None:
        for _ in range(10):
            with database.write() as session:
                row = session.scalars(select(AccountRow).with_for_update()).one()
                row.seats = (row.seats or 0) + 1

    threads = [threading.Thread(target=add_ten) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        assert session.scalars(select(AccountRow.seats)).one() == 40


def test_a_reader_does_not_wait_for_a_writer(database: Database) -> None:
    with database.write() as session:
        session.add(account())
        session.flush()
        assert names(database) == []
    assert names(database) == ["lab"]


def test_only_the_owner_may_read_the_file(tmp_path: Path) -> None:
    open_database(f"sqlite:///{tmp_path / 'a' / 'b.db'}")
    assert (tmp_path / "a" / "b.db").stat().st_mode & 0o777 == 0o600


_END_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE pid <> pg_backend_pid() AND datname = current_database()
"""


def _message(url: str) -> str:
    with pytest.raises(DatabaseError) as caught:
        open_database(url)
    return caught.value.message


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear Ada, " * 50)
    assert _message(f"sqlite:///{file}") == f"the file is not a database: {file}"
    assert file.read_text() == "Dear Ada, " * 50


def test_a_damaged_database_is_named(tmp_path: Path) -> None:
    file = tmp_path / "records.db"
    open_database(f"sqlite:///{file}").close()
    data = bytearray(file.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    data[100:200] = b"\xff" * 100
    file.write_bytes(data)
    assert _message(f"sqlite:///{file}") == f"the database is damaged: {file}"


def test_a_folder_that_cannot_be_written_is_named() -> None:
    # Not even root can make files there.
    assert _message("sqlite:////proc/facewright.db").startswith(
        "the database cannot be opened: /proc/facewright.db: "
    )


def test_a_folder_in_place_of_the_file_is_named(tmp_path: Path) -> None:
    assert _message(f"sqlite:///{tmp_path}") == f"the database cannot be opened: {tmp_path}"


def test_a_database_that_stays_busy_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("facewright.database.engine._BUSY_SECONDS", 0.2)
    file = tmp_path / "records.db"
    database = open_database(f"sqlite:///{file}")
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseError) as caught, database.write():
        pass
    holder.close()
    assert caught.value.message == (
        f"the database stayed busy: another process kept it for itself: {file}"
    )


def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    said = _message("postgresql://ada:geheim@127.0.0.1:1/records?application_name=geheim")
    assert said.startswith(
        "the database server does not answer as it should: "
        "postgresql://ada:***@127.0.0.1:1/records: "
    )
    assert "geheim" not in said


def test_a_connection_that_was_lost_is_made_again(postgresql: Server) -> None:
    url = postgresql.new_database()
    database = open_database(url)
    with database.write() as session:
        session.add(account())
    with open_database(url) as other, other.read() as session:
        session.execute(text(_END_OTHERS))
    assert names(database) == ["lab"]
    database.close()


@pytest.mark.parametrize(
    "url", ["", "x", "://", "sqlite://", "sqlite:///:memory:", "mysql://a@b/c"]
)
def test_other_urls_are_refused(url: str) -> None:
    assert _message(url).startswith("not ")


@given(st.text(st.characters(categories=["L", "N"])))
def test_no_password_is_ever_shown(password: str) -> None:
    password = f"geheim{password}"
    for url in (
        f"postgresql://u:{password}@host/name",
        f"postgresql://u@host/name?password={password}",
    ):
        assert password not in shown(read_address(url))
