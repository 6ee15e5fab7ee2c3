"""Accounts and workspaces: names, nesting, changes, children before parents."""

import string
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facewright.database.database import open_database
from facewright.errors import AccountError, FacewrightError, ProjectError
from facewright.projects.names import checked_name, checked_project_name, checked_repository
from facewright.projects.project import Project
from facewright.projects.project_records import Place
from facewright.projects.records import Changes, Details
from facewright.projects.registry import Registry, open_registry

HOSTILE = ["", "x", "../x", "a/b", "a b", "-a", "a\n", "a\nb", "\x1b[31m", "ä" * 3, "a" * 33, "a.b"]
PROJECT = Project(Path("/nowhere/front"), "front", "0d0d6a49-9d6e-4b0c-8f4c-6d3c3f1a9d11")
ALLOWED = string.ascii_letters + string.digits + "-"


def said(error: pytest.ExceptionInfo[FacewrightError]) -> tuple[str, str | None]:
    return error.value.message, error.value.hint


@given(st.text(ALLOWED, min_size=2, max_size=32).filter(lambda name: name[0] != "-"))
def test_every_name_of_the_rule_is_one(name: str) -> None:
    assert checked_name(name, "account") == name


@given(st.text())
def test_other_names_are_refused_in_one_printable_line(name: str) -> None:
    good = 2 <= len(name) <= 32 and set(name) <= set(ALLOWED) and name[0] != "-"
    if good:
        return
    with pytest.raises(AccountError) as caught:
        checked_name(name, "account")
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 1000


@pytest.mark.parametrize("name", ["", "../x", "a\n", "a" * 10_000, "\x00", ".hidden", "é"])
def test_other_project_names_are_refused(name: str) -> None:
    with pytest.raises(ProjectError, match="not a project's name"):
        checked_project_name(name)


@pytest.mark.parametrize(
    "url",
    [
        "https://host/team/doors.git",
        "ssh://git@host:22/doors.git",
        "git@host:team/doors.git",
        "file:///srv/doors.git",
    ],
)
def test_addresses_of_repositories(url: str) -> None:
    assert checked_repository(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "", "doors", "-oProxyCommand=x", "ssh://-oProxyCommand=x/y", "git@-o:x", "ext::sh -c x",
        "https://host/a b", "https://host/\n", "https://[", "https:///x", "https://h/" + "x" * 3000,
    ],
)  # fmt: skip
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(ProjectError, match="not the address"):
        checked_repository(url)


def test_a_password_in_an_address_is_refused_and_not_shown() -> None:
    with pytest.raises(ProjectError) as caught:
        checked_repository("https://ada:geheim@host/doors.git")
    assert "geheim" not in str(said(caught))


def test_a_default_account_and_workspace_are_there(registry: Registry) -> None:
    assert [account.name for account in registry.accounts.list()] == ["local"]
    assert [each.scope for each in registry.workspaces.list()] == [
        "/accounts/local/workspaces/default"
    ]
    assert registry.workspaces.show("default").owner == "ada"


def test_everything_said_about_an_account_is_remembered(registry: Registry) -> None:
    before = datetime.now(UTC)
    details = Details("people", "berlin", "bo", 5, "Who opens doors", {"cost": "42", "x": ""})
    made = registry.accounts.create("Lab-1", details)
    assert registry.accounts.show("lab-1") == made
    assert (made.name, made.resource_group, made.location) == ("Lab-1", "people", "berlin")
    assert (made.owner, made.seats) == ("bo", 5)
    assert (made.description, made.tags) == ("Who opens doors", {"cost": "42", "x": ""})
    assert before <= made.created <= datetime.now(UTC)


def test_a_workspace_takes_the_place_of_its_account(registry: Registry) -> None:
    registry.accounts.create("lab", Details("people", "berlin"))
    made = registry.workspaces.create("doors", "LAB")
    assert (made.account, made.resource_group, made.location) == ("lab", "people", "berlin")
    assert registry.workspaces.show("DOORS", "lab") == made


def test_names_are_unique_in_their_parent_and_case_does_not_count(registry: Registry) -> None:
    registry.accounts.create("lab")
    registry.workspaces.create("doors", "lab")
    registry.workspaces.create("doors")
    with pytest.raises(AccountError) as caught:
        registry.workspaces.create("Doors", "lab")
    assert said(caught) == (
        "the name is taken: a workspace 'Doors' is in the account 'lab' already",
        "choose another name; case does not count",
    )
    with pytest.raises(AccountError, match="the name is taken: an account 'LAB' is there already"):
        registry.accounts.create("LAB")


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_leave_nothing(registry: Registry, name: str) -> None:
    with pytest.raises(AccountError):
        registry.accounts.create(name)
    with pytest.raises(AccountError):
        registry.workspaces.create(name)
    with pytest.raises(AccountError, match="there is no account"):
        registry.accounts.show(name)
    assert len(registry.accounts.list()) == len(registry.workspaces.list()) == 1


@pytest.mark.parametrize(
    "details",
    [
        Details(owner="a\nb"),
        Details(owner="x" * 100),
        Details(location="\x1b[2J"),
        Details(resource_group=" "),
        Details(description="x" * 5000),
        Details(tags={"": "x"}),
        Details(tags={str(number): "" for number in range(51)}),
        Details(seats=-1),
    ],
)
def test_values_that_cannot_be_kept_leave_nothing(registry: Registry, details: Details) -> None:
    with pytest.raises(AccountError):
        registry.accounts.create("lab", details)
    assert len(registry.accounts.list()) == 1


def test_what_is_not_named_stays(registry: Registry) -> None:
    made = registry.accounts.create("lab", Details(seats=3, description="x", tags={"a": "b"}))
    changed = registry.accounts.update("lab", Changes(owner="bo"))
    assert (changed.owner, changed.seats, changed.tags) == ("bo", 3, {"a": "b"})
    assert (changed.id, changed.created) == (made.id, made.created)
    assert registry.accounts.update("lab", Changes(seats=0, tags={})).seats is None
    assert registry.accounts.show("lab").tags == {}


def test_a_new_name_is_followed_by_what_is_inside(registry: Registry) -> None:
    registry.accounts.create("lab")
    registry.workspaces.create("doors", "lab")
    registry.accounts.update("lab", Changes(name="Laboratory"))
    registry.workspaces.update("doors", Changes(name="gates"), "laboratory")
    scopes = [each.scope for each in registry.workspaces.list("laboratory")]
    assert scopes == ["/accounts/Laboratory/workspaces/gates"]
    with pytest.raises(AccountError, match="name is taken"):
        registry.accounts.update("laboratory", Changes(name="local"))


def test_children_go_before_parents(registry: Registry) -> None:
    registry.accounts.create("lab")
    for number in range(12):
        registry.workspaces.create(f"w{number:02}", "lab")
    with pytest.raises(AccountError) as caught:
        registry.accounts.delete("lab")
    named = ", ".join(f"w{number:02}" for number in range(10))
    assert said(caught) == (
        f"the account 'lab' is not empty: it holds the workspaces {named} and 2 more",
        "delete its workspaces first; nothing was deleted",
    )
    for number in range(12):
        registry.workspaces.delete(f"w{number:02}", "lab")
    registry.accounts.delete("lab")
    with pytest.raises(AccountError, match="there is no account 'lab'"):
        registry.accounts.show("lab")


def test_a_workspace_with_projects_stays(registry: Registry) -> None:
    registry.workspaces.create("doors")
    registry.projects.add(PROJECT, Place(workspace="doors"))
    with pytest.raises(AccountError, match="it holds the projects front"):
        registry.workspaces.delete("doors")
    registry.projects.delete(PROJECT.id)
    assert registry.workspaces.delete("doors").name == "doors"


def test_the_defaults_stay(registry: Registry) -> None:
    for attempt in (
        lambda: registry.accounts.delete("local"),
        lambda: registry.workspaces.delete("Default"),
        lambda: registry.accounts.update("local", Changes(name="mine")),
        lambda: registry.workspaces.update("default", Changes(name="mine")),
    ):
        with pytest.raises(AccountError, match="cannot be renamed or deleted"):
            attempt()


def test_a_misspelt_name_gets_a_proposal(registry: Registry) -> None:
    registry.workspaces.create("front-doors")
    with pytest.raises(AccountError) as caught:
        registry.workspaces.show("frontdoors")
    assert said(caught) == (
        "there is no workspace in the account 'local' named 'frontdoors'",
        "did you mean 'front-doors'?",
    )


def test_of_many_who_make_the_same_at_once_one_wins(database_url: str) -> None:
    script = (
        "import sys\n"
        "from facewright.database.database import open_database\n"
        "from facewright.errors import AccountError\n"
        "from facewright.projects.registry import open_registry\n"
        "sys.stdin.readline()\n"
        "with open_database(sys.argv[1]) as database:\n"
        "    try: open_registry(database, 'ada').workspaces.create('doors'); print('made')\n"
        "    except AccountError as error: print(error.message)\n"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", script, database_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    said = sorted(process.communicate("go\n", timeout=300)[0].strip() for process in processes)
    taken = "the name is taken: a workspace 'doors' is in the account 'local' already"
    assert said == ["made", taken, taken, taken]
    with open_database(database_url) as database:
        assert len(open_registry(database, "ada").workspaces.list()) == 2
