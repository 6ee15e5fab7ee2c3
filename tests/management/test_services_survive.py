"""Services outlive commands, terminals and accidents, and never are half there."""

import json
import os
import random
import signal

import httpx
from killing import killer
from service_command import Bench
from service_images import script
from service_load import answers, load
from waiting_part import until


def url_of(bench: Bench, name: str) -> str:
    shown = bench.run("service", "show", "realtime", "-i", name, "-o", "json")
    assert shown.code == 0, shown.stderr
    return str(json.loads(shown.stdout)["ScoringUri"]).removesuffix("/score")


def answer(url: str) -> object:
    data = {"input_bytes": "x"}
    return httpx.post(f"{url}/score", json=data, trust_env=False, timeout=60).json()["answer"]


def create(bench: Bench, image: str, *flags: str) -> None:
    made = bench.run("service", "create", "realtime", "-n", "face", "--image-id", image, *flags)
    assert made.code == 0, made.stderr


def test_a_service_outlives_the_terminal_of_its_command(bench: Bench) -> None:
    image = bench.image(script("one"))
    command = bench.start("service", "create", "realtime", "-n", "face", "--image-id", image)
    with command:
        command.communicate()
        bench.hang_up(command)
    assert answer(url_of(bench, "face")) == "one"


def test_the_next_command_brings_everything_back(bench: Bench) -> None:
    create(bench, bench.image(script("one")))
    url = url_of(bench, "face")
    os.kill(bench.supervisor_pid(), signal.SIGKILL)
    until(lambda: not bench.supervisor_pid())
    assert bench.run("service", "list", "realtime").code == 0
    until(lambda: answers(url))
    assert answer(url) == "one"


KILLED = """
import os, sys
os.environ["FACEWRIGHT_DATA_DIRECTORY"] = sys.argv[1]
from facewright.cli.service.opening import opened_services
from facewright.environments import process
from facewright.management.services.settings import ServiceSettings

def hear(line): pass
def work(verb, image):
    with opened_services() as services:
        if verb == "create":
            services.create("face", image, ServiceSettings(), hear, replace=lambda found: True)
        else:
            services.update("face", image, {}, hear)
with opened_services() as services:  # what commands load is loaded
    services.list()
"""


def test_a_create_that_is_killed_anywhere_can_be_repeated(bench: Bench) -> None:
    image = bench.image(script("one"))
    dice = random.Random(3)  # noqa: S311 - no secret
    with killer(KILLED, bench.data) as killing:
        for _ in range(5):
            killing.kill_after(dice.uniform(0, 3), "create", image)
    create(bench, image, "--yes")
    assert answer(url_of(bench, "face")) == "one"
    listed = json.loads(bench.run("service", "list", "realtime").stdout)
    assert [(each["Id"], each["State"]) for each in listed] == [("face", "Succeeded")]
    assert bench.run("service", "delete", "realtime", "-i", "face").code == 0
    until(lambda: not bench.supervisor_pid())


def test_an_update_that_is_killed_anywhere_can_be_repeated(bench: Bench) -> None:
    one, two = bench.image(script("one")), bench.image(script("two"))
    create(bench, one)
    url = url_of(bench, "face")
    dice = random.Random(4)  # noqa: S311 - no secret
    with killer(KILLED, bench.data) as killing:
        for _ in range(4):
            killing.kill_after(dice.uniform(0.1, 3), "update", two)
            assert answer(url) in ("one", "two")
    again = bench.run("service", "update", "realtime", "-i", "face", "--image-id", two)
    assert again.code == 0, again.stderr
    assert (answer(url), url_of(bench, "face")) == ("two", url)


def test_update_and_rollback_keep_address_and_keys_and_fail_no_request(bench: Bench) -> None:
    one, two = bench.image(script("one")), bench.image(script("two"))
    create(bench, one, "--auth")
    url = url_of(bench, "face")
    keys = bench.run("service", "keys", "realtime", "-i", "face").stdout
    primary = keys.split()[1]
    with load(url, primary) as seen:
        seen.wait_for("one")
        update = bench.run("service", "update", "realtime", "-i", "face", "--image-id", two)
        assert update.code == 0, update.stderr
        seen.wait_for("two")
        back = bench.run("service", "rollback", "realtime", "-i", "face")
        assert back.code == 0, back.stderr
        seen.wait_for("one")
    assert seen.failures == []
    assert url_of(bench, "face") == url
    assert bench.run("service", "keys", "realtime", "-i", "face").stdout == keys
