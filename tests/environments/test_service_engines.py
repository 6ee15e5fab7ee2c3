"""The contract of service engines, on processes and on containers."""

import contextlib
import os
import shutil
import signal
import socket
from pathlib import Path

import docker
import httpx
import pytest
from service_grounds import Ground
from service_images import script
from service_load import answers, load
from waiting_part import until

from facewright.environments.contents import forget_unused, unpack
from facewright.environments.service_engine import ServicePlan
from facewright.errors import EngineError
from facewright.serving import keys


def plan(ground: Ground, text: str, **more: object) -> ServicePlan:
    return ServicePlan("face", ground.shelf.layout, ground.shelf.image(text), **more)  # type: ignore[arg-type]


def quiet(line: str) -> None:
    """Hear nothing."""


def score(url: str, key: str = "") -> httpx.Response:
    headers = {"authorization": f"Bearer {key}"} if key else {}
    data = {"input_bytes": "x"}
    return httpx.post(f"{url}/score", json=data, headers=headers, trust_env=False, timeout=60)


def test_a_service_answers_at_an_address_of_this_machine(ground: Ground) -> None:
    state = ground.engine().deploy(plan(ground, script("one")), quiet)
    assert state.running
    assert state.url.startswith("http://127.0.0.1:")
    assert score(state.url).json() == {"answer": "one"}
    assert ground.engine().state("face") == state
    assert ground.engine().names() == ["face"]


def test_an_update_fails_no_request(ground: Ground) -> None:
    before = ground.engine().deploy(plan(ground, script("one")), quiet)
    with load(before.url) as seen:
        seen.wait_for("one")
        after = ground.engine().deploy(plan(ground, script("two"), replicas=2), quiet)
        seen.wait_for("two")
        ground.engine().deploy(plan(ground, script("one")), quiet)
        seen.wait_for("one")
    assert seen.failures == []
    assert set(seen.answers) == {"one", "two"}
    assert after.url == before.url


def test_an_image_that_does_not_start_never_takes_a_request(ground: Ground) -> None:
    before = ground.engine().deploy(plan(ground, script("one")), quiet)
    bad = plan(ground, script("bad", init="raise ValueError('no weights here')"))
    with load(before.url) as seen:
        seen.wait_for("one")
        with pytest.raises(EngineError, match="(?s)face failed to initialize.*no weights here"):
            ground.engine().deploy(bad, quiet)
        seen.wait_for("one")
    assert seen.failures == []
    assert set(seen.answers) == {"one"}
    assert ground.engine().state("face") == before


def test_nothing_is_left_of_a_service_that_did_not_start(ground: Ground) -> None:
    bad = plan(ground, script("bad", init="import os; os._exit(7)"))
    with pytest.raises(EngineError, match="face failed to initialize"):
        ground.engine().deploy(bad, quiet)
    assert ground.engine().state("face") is None
    assert ground.pid("face", 1) == 0
    until(lambda: not ground.supervisor_pid())


def test_a_service_that_is_killed_comes_back(ground: Ground) -> None:
    state = ground.engine().deploy(plan(ground, script("one")), quiet)
    pid = ground.pid("face", 1)
    os.kill(pid, signal.SIGKILL)
    until(lambda: ground.pid("face", 1) not in (0, pid))
    until(lambda: answers(state.url))


def test_a_removed_service_leaves_nothing_that_runs(ground: Ground) -> None:
    state = ground.engine().deploy(plan(ground, script("one")), quiet)
    ground.engine().remove("face")
    ground.engine().remove("face")
    assert ground.engine().names() == []
    assert ground.pid("face", 1) == 0
    until(lambda: not ground.supervisor_pid())
    with pytest.raises(httpx.ConnectError):
        score(state.url)


def test_a_service_with_keys_asks_for_one_and_hears_of_new_ones(
    ground: Ground, tmp_path: Path
) -> None:
    file = tmp_path / "keys" / "keys.json"
    made = keys.create(file)
    file.parent.chmod(0o755)
    file.chmod(0o644)
    state = ground.engine().deploy(plan(ground, script("one"), keys=file), quiet)
    assert score(state.url).status_code == 401
    assert score(state.url, made.primary).json() == {"answer": "one"}
    new = keys.regenerate(file, "primary")
    file.chmod(0o644)
    until(lambda: score(state.url, new).status_code == 200)
    assert score(state.url, made.primary).status_code == 401
    assert score(state.url, made.secondary).status_code == 200


def test_logs_hold_what_the_script_printed_before_and_after_an_update(ground: Ground) -> None:
    for name in ("one", "two"):
        state = ground.engine().deploy(
            plan(ground, script(name, run=f"print('I am {name}')")), quiet
        )
        score(state.url)
    until(lambda: "I am two" in "\n".join(ground.engine().logs("face")))
    lines = "\n".join(ground.engine().logs("face"))
    assert lines.index("I am one") < lines.index("I am two")


def test_answers_are_collected_where_that_was_asked_for(ground: Ground, tmp_path: Path) -> None:
    collected = tmp_path / "modeldata"
    state = ground.engine().deploy(plan(ground, script("one"), collect=collected), quiet)
    score(state.url)
    until(lambda: list(collected.rglob("data.csv")))


def test_people_stay_when_the_image_changes_and_go_with_the_service(ground: Ground) -> None:
    """Where the gallery keeps them: in the database that the variable names."""
    place = "os.environ['FACEWRIGHT_GALLERY_URL'].removeprefix('sqlite:///')"
    writes = script(run=f"import os; open({place}, 'a').close(); return 'written'")
    finds = script(run=f"import os; return os.path.exists({place})")
    state = ground.engine().deploy(plan(ground, writes), quiet)
    assert score(state.url).json() == "written"
    state = ground.engine().deploy(plan(ground, finds), quiet)
    assert score(state.url).json() is True
    [kept] = ground.data.glob("services/*/face/people/people.db")
    ground.engine().remove("face")
    assert not kept.parent.exists()


def test_what_a_killed_command_left_is_taken_away(ground: Ground) -> None:
    slow = plan(ground, script("slow", init="import time; time.sleep(600)"))
    pid = os.fork()
    if pid == 0:  # a command, which is killed while it waits
        ground.engine().deploy(slow, quiet)
        os._exit(0)
    try:
        until(lambda: ground.pid("face", 1))
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    state = ground.engine().deploy(plan(ground, script("one")), quiet)
    assert score(state.url).json() == {"answer": "one"}
    assert ground.pid("face", 1) == 0


def test_a_port_that_is_taken_is_named(ground: Ground) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(EngineError, match=f"cannot listen on 127.0.0.1:{port}: the port"):
            ground.engine().deploy(plan(ground, script("one"), port=port), quiet)


def test_a_service_open_to_other_machines_needs_keys(ground: Ground) -> None:
    with pytest.raises(EngineError, match="has no keys"):
        ground.engine().deploy(plan(ground, script("one"), host="192.0.2.1"), quiet)


def test_the_supervisor_is_brought_back_with_everything(ground: Ground) -> None:
    state = ground.engine().deploy(plan(ground, script("one")), quiet)
    front = ground.front_pid("face")
    os.kill(ground.supervisor_pid(), signal.SIGKILL)
    until(lambda: not ground.supervisor_pid())
    until(lambda: not Path(f"/proc/{front}").exists())
    ground.engine().revive()
    until(lambda: ground.engine().state("face") == state)
    until(lambda: answers(state.url))


def test_a_client_may_wait_while_the_server_is_restarted(processes: Ground) -> None:
    state = processes.engine().deploy(plan(processes, script("one")), quiet)
    os.kill(processes.pid("face", 1), signal.SIGKILL)
    # The front holds on to a new connection until somebody takes it.
    assert score(state.url).json() == {"answer": "one"}


def test_memory_over_the_limit_is_refused_by_processes(processes: Ground) -> None:
    greedy = script("one", init="bytearray(4_000_000_000)")
    with pytest.raises(EngineError, match="(?s)failed to initialize.*MemoryError"):
        processes.engine().deploy(plan(processes, greedy, memory=1_000_000_000), quiet)


def test_a_container_over_its_memory_is_named(containers: Ground) -> None:
    greedy = script("one", init="bytearray(800_000_000)")
    with pytest.raises(EngineError, match="not enough memory; allow it more"):
        containers.engine().deploy(plan(containers, greedy, memory=200_000_000), quiet)


def test_the_log_of_a_container_is_bounded_and_holds_nothing_up(containers: Ground) -> None:
    containers.engine().deploy(plan(containers, script("one")), quiet)
    with contextlib.closing(docker.APIClient(containers.host)) as api:
        label = f"facewright.place={containers.data / 'services' / 'docker' / 'face'}"
        [found] = api.containers(filters={"label": label})
        log = api.inspect_container(found["Id"])["HostConfig"]["LogConfig"]
    assert (log["Type"], log["Config"]["mode"]) == ("json-file", "non-blocking")
    assert int(log["Config"]["max-file"]) * int(log["Config"]["max-size"]) == 40_000_000


def test_an_image_without_a_base_is_no_container(containers: Ground, processes: Ground) -> None:
    image = processes.shelf.image(script("one"))
    bare = ServicePlan("face", processes.shelf.layout, image)
    with pytest.raises(EngineError, match="stands on no base"):
        containers.engine().deploy(bare, quiet)


def test_what_was_forgotten_half_is_unpacked_anew(
    processes: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf, place = processes.shelf, processes.data / "contents"
    image = shelf.image(script("one"))
    unpacked = unpack(shelf.layout, image, place)

    def killed(folder: Path, **_: object) -> None:
        (folder / "python" / "bin" / "python3").unlink()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            forget_unused(place, set())
    assert unpack(shelf.layout, image, place) == unpacked
    assert (unpacked / "python" / "bin" / "python3").exists()
    (place / ".being-unpacked").mkdir()
    (place / ".left").mkdir()
    os.utime(place / ".left", (0, 0))
    forget_unused(place, {unpacked})
    assert {each.name for each in place.iterdir()} == {unpacked.name, ".being-unpacked"}


def test_services_share_what_was_unpacked_of_an_image(processes: Ground) -> None:
    image = processes.shelf.image(script("one"))
    contents = processes.data / "services" / "contents"
    for name in ("face", "other"):
        processes.engine().deploy(ServicePlan(name, processes.shelf.layout, image), quiet)
    assert len(list(contents.glob("[!.]*"))) == 1
    processes.engine().remove("face")
    assert len(list(contents.glob("[!.]*"))) == 1
    processes.engine().remove("other")
    assert list(contents.glob("[!.]*")) == []
