"""Roles are inherited downwards; seats are limited."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from facewright.database.tables.accounts import MemberRow
from facewright.errors import AccountError
from facewright.projects.project import Project
from facewright.projects.project_records import Place
from facewright.projects.records import Changes, Details, Role, Scope
from facewright.projects.registry import Registry

OWNER, CONTRIBUTOR, READER = Role
PROJECT = Project(Path("/nowhere/front"), "front", "0d0d6a49-9d6e-4b0c-8f4c-6d3c3f1a9d11")


@pytest.fixture
def scopes(registry: Registry) -> tuple[Scope, Scope, Scope]:
    account = registry.accounts.create("lab", Details(owner="olga"))
    workspace = registry.workspaces.create("doors", "lab", Details(owner="wim"))
    project = registry.projects.add(PROJECT, Place("lab", "doors"), Details(owner="pia"))
    return account, workspace, project


def roles(registry: Registry, user: str, scopes: tuple[Scope, ...]) -> list[Role | None]:
    return [registry.members.role_of(user, scope) for scope in scopes]


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ("ada", [OWNER, OWNER, OWNER]),  # at this machine
        ("olga", [OWNER, OWNER, OWNER]),
        ("wim", [None, OWNER, OWNER]),
        ("pia", [None, None, OWNER]),
        ("eve", [None, None, None]),
    ],
)
def test_owners_own_what_is_inside(
    registry: Registry,
    scopes: tuple[Scope, Scope, Scope],
    user: str,
    expected: list[Role | None],
) -> None:
    assert roles(registry, user, scopes) == expected


def test_the_strongest_role_counts(registry: Registry, scopes: tuple[Scope, Scope, Scope]) -> None:
    account, workspace, project = scopes
    registry.members.set("bo", READER, account)
    registry.members.set("bo", CONTRIBUTOR, workspace)
    registry.members.set("bo", READER, project)
    assert roles(registry, "bo", scopes) == [READER, CONTRIBUTOR, CONTRIBUTOR]
    registry.members.set("bo", OWNER, project)
    registry.members.remove("bo", workspace)
    assert roles(registry, "bo", scopes) == [READER, READER, OWNER]


def test_members_say_where_they_are_from(
    registry: Registry, scopes: tuple[Scope, Scope, Scope]
) -> None:
    registry.members.set("bo", READER, scopes[1])
    listed = [(each.user, each.role, each.scope) for each in registry.members.list(scopes[2])]
    assert listed == [
        ("olga", OWNER, "/accounts/lab"),
        ("wim", OWNER, "/accounts/lab/workspaces/doors"),
        ("bo", READER, "/accounts/lab/workspaces/doors"),
        ("pia", OWNER, "/accounts/lab/workspaces/doors/projects/front"),
    ]


def test_a_role_that_was_not_given_cannot_be_taken(
    registry: Registry, scopes: tuple[Scope, Scope, Scope]
) -> None:
    registry.members.set("bo", READER, scopes[0])
    with pytest.raises(AccountError, match="'bo' has no role that was given on"):
        registry.members.remove("bo", scopes[1])


def test_seats_are_for_people_and_not_for_roles(
    registry: Registry, scopes: tuple[Scope, Scope, Scope]
) -> None:
    account, workspace, project = scopes
    registry.accounts.update("lab", Changes(seats=2))
    registry.members.set("bo", READER, project)
    registry.members.set("bo", OWNER, workspace)
    registry.members.set("olga", READER, project)
    with pytest.raises(AccountError) as caught:
        registry.members.set("carl", READER, workspace)
    assert caught.value.message == (
        "all seats are taken: the account 'lab' has 2, and 2 people are in it"
    )
    registry.accounts.update("lab", Changes(seats=3))
    registry.members.set("carl", READER, workspace)


def test_roles_go_with_the_project(registry: Registry, scopes: tuple[Scope, Scope, Scope]) -> None:
    registry.members.set("bo", READER, scopes[2])
    registry.projects.delete(PROJECT.id)
    with registry.database.read() as session:
        assert session.scalar(select(func.count()).select_from(MemberRow)) == 0
    with pytest.raises(AccountError, match="not there any more"):
        registry.members.list(scopes[2])


def test_each_role_includes_those_below() -> None:
    included = [[role for role in Role if each.includes(role)] for each in Role]
    assert included == [[OWNER, CONTRIBUTOR, READER], [CONTRIBUTOR, READER], [READER]]
