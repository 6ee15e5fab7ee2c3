"""The container of a job: its name, where everything is in it, and what is brought there."""

import re
from contextlib import nullcontext

from facewright.compute.agent.plain_files import parts_of, plain_entries
from facewright.compute.dependencies import Dependencies
from facewright.compute.docker_files import finish, pack_job, packed
from facewright.compute.job import Job
from facewright.compute.own_requirement import wanted_environment
from facewright.containers.engine import Engine
from facewright.errors import TargetError

FOLDER = "/facewright/job"
ENDED = "/facewright/ended"
SHARES = ("/facewright/share", "/azureml-share")
_CODE = "/facewright/code"
_SHARE_VARIABLES = ("FACEWRIGHT_SHARED_DIRECTORY", "AZUREML_NATIVE_SHARE_DIRECTORY")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


def name_of(namespace: str, job_id: str) -> str:
    """Return the name of a job's container.

    Raises:
        TargetError: It is not a job's id.
    """
    if not _ID.fullmatch(job_id):
        raise TargetError(
            "not a job's id: expected letters, digits, dots, dashes and underscores, "
            f"received {job_id!r}"
        )
    return f"{namespace}-job-{job_id}"


def variables_of(job: Job, *, has_share: bool) -> dict[str, str]:
    """Return the variables that a job's command gets.

    Raises:
        TargetError: A path among them leads out of the job's folder.
    """
    own = {"HOME": f"{FOLDER}/home", "USER": "facewright", "PYTHONUNBUFFERED": "1"}
    modules = ":".join(filter(None, [_CODE, job.environment.get("PYTHONPATH")]))
    if has_share:
        own |= dict.fromkeys(_SHARE_VARIABLES, SHARES[0])
    folders = {name: "/".join([FOLDER, *parts_of(path)]) for name, path in job.folders.items()}
    return {**own, **job.environment, **folders, "PYTHONPATH": modules}


def put_code(engine: Engine, name: str, dependencies: Dependencies | None) -> None:
    """Bring the Facewright that runs here, which may be newer than the environment."""
    with wanted_environment(dependencies) if dependencies else nullcontext() as wanted:
        code = wanted.code() if wanted else None
        with packed() as (packing, file):
            packing.folder(_CODE.lstrip("/"))
            if code is not None:
                names = [entry.path for entry in plain_entries(code) if not entry.is_folder]
                pack_job(packing, _CODE.lstrip("/"), code, names)
            engine.contents.put(name, "/", finish(packing, file))


def put_files(engine: Engine, name: str, job: Job, owner: tuple[int, int]) -> None:
    """Bring the job's files, and make the folders that it writes into."""
    with packed(owner) as (packing, file):
        for folder in ("", "/home", "/report", "/project", "/project/outputs"):
            packing.folder(FOLDER.lstrip("/") + folder)
        packing.folder(ENDED.lstrip("/"))
        pack_job(packing, f"{FOLDER}/project".lstrip("/"), job.source, job.files)
        engine.contents.put(name, "/", finish(packing, file))


def put_cancelled(engine: Engine, name: str) -> None:
    """Leave word that somebody asked for the job's end."""
    with packed() as (packing, file):
        packing.data("cancelled", b"")
        engine.contents.put(name, ENDED, finish(packing, file))
