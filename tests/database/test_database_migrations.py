"""Tables and migrations agree, and a database is brought up to date once."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from facewright.database.address import read_address
from facewright.database.base import PREFIX
from facewright.database.database import open_database
from facewright.database.engine import make_engine, writing
from facewright.database.schema import TABLES, metadata
from facewright.database.upgrade import LATEST, VERSION_TABLE, alembic_config
from facewright.errors import DatabaseError

OURS = {
    "include_name": lambda name, kind, _: kind != "table" or name.startswith(PREFIX),
    "version_table": VERSION_TABLE,
}
NEWER = f"UPDATE {VERSION_TABLE} SET version_num = '9999'"  # noqa: S608 # a constant


@contextmanager
def connection_to(url: str) -> Iterator[Connection]:
    engine = make_engine(read_address(url))
    try:
        with writing(engine).begin() as connection:
            yield connection
    finally:
        engine.dispose()


def version(connection: Connection) -> str | None:
    return MigrationContext.configure(connection, opts=OURS).get_current_revision()


def test_an_empty_database_is_brought_up_to_date(url: str) -> None:
    open_database(url).close()
    with connection_to(url) as connection:
        names = set(inspect(connection).get_table_names())
        assert names == {*metadata.tables, VERSION_TABLE}
        assert version(connection) == LATEST


def test_tables_and_migrations_agree(url: str) -> None:
    assert TABLES
    open_database(url).close()
    with connection_to(url) as connection:
        context = MigrationContext.configure(connection, opts=OURS)
        assert compare_metadata(context, metadata) == []


def test_the_latest_step_is_the_head(url: str) -> None:
    with connection_to(url) as connection:
        assert ScriptDirectory.from_config(alembic_config(connection)).get_heads() == [LATEST]


def test_every_table_has_our_prefix() -> None:
    assert all(name.startswith(PREFIX) for name in metadata.tables)


def test_tables_of_others_are_left_alone(url: str) -> None:
    with connection_to(url) as connection:
        connection.exec_driver_sql("CREATE TABLE workspaces (name TEXT)")
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num TEXT)")
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('of mlflow')")
    open_database(url).close()
    with connection_to(url) as connection:
        rows = connection.exec_driver_sql("SELECT version_num FROM alembic_version").all()
        assert rows == [("of mlflow",)]


def test_a_database_of_a_newer_release_is_refused_and_left_alone(url: str) -> None:
    open_database(url).close()
    with connection_to(url) as connection:
        connection.exec_driver_sql(NEWER)
    with pytest.raises(DatabaseError) as caught:
        open_database(url)
    assert caught.value.message == (
        f"the database is from a newer release: expected version {LATEST} or older, received '9999'"
    )
    with connection_to(url) as connection:
        assert version(connection) == "9999"


def test_a_step_that_fails_leaves_the_database_as_it_was(url: str) -> None:
    with connection_to(url) as connection:
        # The last table of the first step is in the way.
        connection.exec_driver_sql(f"CREATE TABLE {PREFIX}members (id TEXT)")
    with pytest.raises(DatabaseError, match="already exists"):
        open_database(url)
    with connection_to(url) as connection:
        assert inspect(connection).get_table_names() == [f"{PREFIX}members"]


def test_several_processes_open_a_new_database_at_once(url: str) -> None:
    script = (
        "import sys; from facewright.database.database import open_database;"
        "sys.stdin.readline(); open_database(sys.argv[1])"
    )
    command = [sys.executable, "-c", script, url]
    pipes = {"stdin": subprocess.PIPE, "stderr": subprocess.PIPE}
    processes = [subprocess.Popen(command, text=True, **pipes) for _ in range(5)]  # type: ignore[call-overload]
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    ended = [(process.communicate(timeout=300)[1], process.returncode) for process in processes]
    assert ended == [("", 0)] * 5
