"""Model management accounts: one is there; others can be made, chosen and deleted."""

import pytest

from facewright.database.database import Database
from facewright.errors import ManagementError, NotFound
from facewright.management.accounts import DEFAULT, AccountChanges, ManagementAccounts

NOTHING = AccountChanges({})


@pytest.fixture
def accounts(database: Database) -> ManagementAccounts:
    """Return the accounts of an empty database."""
    return ManagementAccounts(database)


def current(accounts: ManagementAccounts) -> list[str]:
    return [each.name for each in accounts.list() if each.current]


def test_one_account_is_there_and_current(accounts: ManagementAccounts) -> None:
    account = accounts.show()
    assert account.name == DEFAULT
    assert accounts.list() == [account]
    assert account.details == {
        "resource_group": "local",
        "location": "local",
        "sku_name": "S1",
        "sku_instances": 1,
    }


def test_a_new_account_is_the_current_one_until_another_is_chosen(
    accounts: ManagementAccounts,
) -> None:
    accounts.create("doors", AccountChanges({"location": "attic"}, {"team": "a"}, "Doors"))
    assert current(accounts) == ["doors"]
    assert accounts.show().description == "Doors"
    accounts.set(DEFAULT)
    assert current(accounts) == [DEFAULT]


def test_what_is_left_out_of_an_update_stays(accounts: ManagementAccounts) -> None:
    before = accounts.create("doors", AccountChanges({"location": "attic"}, {"team": "a"}))
    said = AccountChanges({"sku_name": "S2", "sku_instances": 4, "location": None})
    after = accounts.update("doors", said)
    assert after.details["location"] == "attic"
    assert after.details["sku_instances"] == 4
    assert after.tags == {"team": "a"}
    assert after.modified > before.modified
    assert after.created == before.created


def test_the_first_account_is_current_again_when_the_current_one_goes(
    accounts: ManagementAccounts,
) -> None:
    accounts.create("doors", NOTHING)
    accounts.delete("doors")
    assert current(accounts) == [DEFAULT]
    with pytest.raises(ManagementError, match="stays: commands need one"):
        accounts.delete(DEFAULT)
    with pytest.raises(NotFound, match="there is no account 'doors'"):
        accounts.show("doors")


def test_a_name_is_given_once(accounts: ManagementAccounts) -> None:
    accounts.create("doors", NOTHING)
    with pytest.raises(ManagementError, match="the name is taken"):
        accounts.create("doors", NOTHING)
    with pytest.raises(ManagementError, match="the name is taken"):
        accounts.create(DEFAULT, NOTHING)


@pytest.mark.parametrize("name", ["a", "-ab", "a" * 33, "ä1", "a.b", "a\n"])
def test_other_names_are_refused(accounts: ManagementAccounts, name: str) -> None:
    with pytest.raises(ManagementError, match="not a name for an account"):
        accounts.create(name, NOTHING)


@pytest.mark.parametrize(
    "details",
    [{"sku_name": "S9"}, {"sku_instances": 0}, {"sku_instances": 17}, {"location": "a\x1b[31m"}],
)
def test_other_details_are_refused(
    accounts: ManagementAccounts, details: dict[str, object]
) -> None:
    with pytest.raises(ManagementError):
        accounts.create("doors", AccountChanges(details))
    assert [each.name for each in accounts.list()] == [DEFAULT]
