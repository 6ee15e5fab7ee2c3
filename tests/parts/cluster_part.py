"""A real Kubernetes of the tests' own, started once for all workers of a run.

The program that starts it lies beside the project, in the folder `shared`. There can be one on a
machine, since its ports are fixed; with FW_CLUSTER_DIR the one that runs in that folder is used,
and left running.
"""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).parents[2]
_SECONDS = 300


@dataclass(frozen=True)
class TestCluster:
    """A cluster that runs.

    Attributes:
        place: Its folder.
        registry: ``host:port`` of its registry.
    """

    __test__ = False

    place: Path
    registry: str = "127.0.0.1:5000"

    @property
    def docker_host(self) -> str:
        """Address of the engine that runs its pods."""
        return f"unix://{self.place}/docker.sock"

    @property
    def admin(self) -> Path:
        """Kubeconfig of an account that may do everything."""
        return self.place / "admin.kubeconfig"

    def kubectl(self, *words: str, input: str | None = None) -> str:
        """Run kubectl as the admin; return what it printed."""
        command = ["kubectl", "--kubeconfig", str(self.admin), *words]
        end = time.monotonic() + _SECONDS
        while True:
            done = subprocess.run(command, input=input, capture_output=True, text=True, check=False)
            if not done.returncode:
                return done.stdout
            # Another test may restart the API server just now.
            refused = "refused" in done.stderr and time.monotonic() < end
            assert refused, f"{' '.join(words)}: {done.stderr}"
            time.sleep(0.3)

    def names(self, kinds: str, namespace: str, selector: str = "") -> list[str]:
        """Return the names of objects, each as ``pod/name``."""
        chosen = ["-l", selector] if selector else []
        return self.kubectl("get", kinds, "-n", namespace, *chosen, "-o", "name").split()

    def restart_api_server(self) -> None:
        """Kill the API server and start it again, as it was."""
        pid = int((self.place / "pid/apiserver").read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")[:-1]
        os.kill(pid, signal.SIGKILL)
        _wait_for_end(pid)
        # A process of nobody's: whoever starts it may end before the others.
        start = 'setsid "$@" >>"$0" 2>&1 </dev/null & echo $!'
        log = str(self.place / "log/apiserver.log")
        again = subprocess.run(["sh", "-c", start, log, *command], capture_output=True, check=True)
        (self.place / "pid/apiserver").write_bytes(again.stdout)
        end = time.monotonic() + _SECONDS
        while True:
            with contextlib.suppress(AssertionError):  # it answers, and is not ready yet
                self.kubectl("get", "--raw", "/readyz")
                return
            assert time.monotonic() < end, "the API server did not come back"
            time.sleep(0.3)

    def account(self, namespace: str, rules: list[dict[str, object]], folder: Path) -> Path:
        """Make an account with rights in a namespace alone; return its kubeconfig."""
        meta = {"name": f"tester-{uuid.uuid4().hex[:6]}", "namespace": namespace}
        subject = {"kind": "ServiceAccount", "name": meta["name"], "namespace": namespace}
        role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": meta["name"]}
        rbac = "rbac.authorization.k8s.io/v1"
        made: list[dict[str, object]] = [
            {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta},
            {"apiVersion": rbac, "kind": "Role", "metadata": meta, "rules": rules},
            {
                **{"apiVersion": rbac, "kind": "RoleBinding", "metadata": meta},
                **{"subjects": [subject], "roleRef": role},
            },
        ]
        self.kubectl("apply", "-f", "-", input=yaml.safe_dump_all(made))
        return self._kubeconfig(meta["name"], namespace, folder)

    def _kubeconfig(self, account: str, namespace: str, folder: Path) -> Path:
        said = yaml.safe_load(self.admin.read_text())
        said["users"] = [{"name": "user", "user": {"token": self._token(account, namespace)}}]
        path = folder / f"{account}.kubeconfig"
        path.write_text(yaml.safe_dump(said))
        return path

    def _token(self, account: str, namespace: str) -> str:
        end = time.monotonic() + _SECONDS
        where = "{.secrets[0].name}"
        while True:
            found = self.kubectl(
                "get", "serviceaccount", account, "-n", namespace, "-o", f"jsonpath={where}"
            )
            if found:
                break
            assert time.monotonic() < end, "no token was made"
            time.sleep(0.2)
        text = self.kubectl(
            "get",
            "secret",
            found,
            "-n",
            namespace,
            "-o",
            "go-template={{.data.token|base64decode}}",
        )
        return text.strip()


@contextmanager
def shared_cluster(run_folder: Path) -> Iterator[TestCluster]:
    """Yield a cluster that all workers of this run share; the last one stops it."""
    program = _program()
    kept = os.environ.get("FW_CLUSTER_DIR")
    if kept and Path(kept, "pid").is_dir():
        yield TestCluster(Path(kept))
        return
    user = f"{os.getpid()}:{uuid.uuid4().hex}"
    try:
        with _record(run_folder) as record:
            record.setdefault("users", []).append(user)  # type: ignore[attr-defined]
            if "place" not in record:
                place = tempfile.mkdtemp(prefix="fwk-")
                Path(place).rmdir()
                record["place"] = place
                _run(program, "up", place)
            cluster = TestCluster(Path(str(record["place"])))
        yield cluster
    finally:
        with _record(run_folder) as record:
            others = [each for each in record.get("users", ()) if each != user]  # type: ignore[attr-defined]
            record["users"] = [each for each in others if _lives(int(each.split(":")[0]))]
            if not record["users"] and "place" in record:
                _run(program, "down", str(record.pop("place")))


def _run(program: Path, verb: str, place: str) -> None:
    variables = {**os.environ, "FW_CLUSTER_DIR": place}
    with tempfile.TemporaryFile("w+") as said:  # what it starts keeps a pipe open
        done = subprocess.run(
            [program, verb], env=variables, stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
        said.seek(0)
        words = said.read()[-2000:]
    if done.returncode and verb == "up":
        subprocess.run([program, "down"], env=variables, capture_output=True, check=False)
        pytest.fail(f"the cluster did not start: {words}")


def _program() -> Path:
    shared = Path(os.environ.get("FACEWRIGHT_EVALUATION", PROJECT.parent / "shared"))
    program = shared / "kubernetes" / "cluster"
    if not program.is_file():
        _missing(f"no cluster can be started: {program.relative_to(shared.parent)} is not there")
    if os.getuid() != 0:
        _missing("needs root, to start a Kubernetes")
    needed = ("dockerd", "etcd", "kubectl", "docker-registry", "conntrack", "jq", "openssl", "cc")
    missing = [each for each in needed if shutil.which(each) is None]
    if missing:
        _missing(f"needs {', '.join(missing)}: see .ci/run")
    return program


def _missing(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def _record(run_folder: Path) -> Iterator[dict[str, object]]:
    """Yield what the workers of this run know of their cluster; changes are kept."""
    path = run_folder / "cluster.json"
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        record = json.loads(path.read_text()) if path.exists() else {}
        try:
            yield record
        finally:
            path.write_text(json.dumps(record))


def _lives(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def _wait_for_end(pid: int) -> None:
    end = time.monotonic() + _SECONDS
    while _runs(pid):
        assert time.monotonic() < end
        time.sleep(0.05)


def _runs(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return False
