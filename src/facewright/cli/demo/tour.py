"""The steps of the demo, each as a user would take it from a terminal."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from facewright.classifier.labels import UNKNOWN
from facewright.cli.console import Console
from facewright.client import Client
from facewright.errors import FacewrightError, ProjectError, ServiceError
from facewright.projects.project import create_project
from facewright.training.photos import LabelledPhoto, list_photos
from facewright.wire.scoring import Recognition


@dataclass(frozen=True)
class Material:
    """The photos of a demo.

    Attributes:
        images: Folder of people's folders to train on.
        probes: The same to ask about; None takes the photos that training holds out.
        drawn: Whether the people are drawn ones.
    """

    images: Path
    probes: Path | None
    drawn: bool = False


@dataclass(frozen=True)
class Answered:
    """A photo the service was asked about.

    Attributes:
        photo: The photo, with the name it shows.
        answer: What the service answered, or None.
        problem: Why it did not, or None.
    """

    photo: LabelledPhoto
    answer: Recognition | None
    problem: str | None = None

    @property
    def right(self) -> bool:
        """Whether the answer is the name that the photo shows."""
        return self.answer is not None and self.answer.name == self.photo.label


def drawn_material(folder: Path, console: Console) -> Material:
    """Draw people into `folder`."""
    from facewright.cli.demo.population import draw_population

    images, probes = folder / "shared" / "train" / "images", folder / "probes"
    with console.progress("Drawing people") as progress:
        draw_population(images, probes, progress)
    return Material(images, probes, drawn=True)


def given_material(images: Path, probes: Path | None) -> Material:
    """Use photos as they are; `probes` beside them is taken when there is such a folder."""
    list_photos(images)
    beside = images.parent / "probes"
    if probes is None and beside.is_dir() and beside != images:
        probes = beside
    if probes is not None and not probes.is_dir():
        raise ProjectError(f"no folder of probes: {probes} does not exist")
    return Material(images, probes)


class Tour:
    """Runs the demo in a temporary folder, which stays.

    Args:
        console: Says what happens.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self.folder = Path(tempfile.mkdtemp(prefix="facewright-demo-"))
        self._project = self.folder / "project"

    def run(self, material: Material) -> list[Answered]:
        """Take every step and return the answers."""
        shared = self._shared_folder(material)
        self._step("facewright new project")
        create_project(self._project)
        environment = os.environ | {"FACEWRIGHT_SHARED_DIRECTORY": str(shared)}
        self._script("train.py", environment)
        self._script("score.py", environment)
        self._step("facewright score serve score.py")
        with self._service(environment) as url:
            self._step(f"ask {url} about photos it has never seen")
            return self._ask(url, self._probes(material))

    def _shared_folder(self, material: Material) -> Path:
        shared = self.folder / "shared"
        images = shared / "train" / "images"
        if not material.images.is_relative_to(shared):
            images.parent.mkdir(parents=True)
            images.symlink_to(material.images, target_is_directory=True)
        return shared

    def _step(self, text: str) -> None:
        self._console.say(f"\n▸ {text}")

    def _script(self, name: str, environment: dict[str, str]) -> None:
        self._step(f"python {name}")
        command = [sys.executable, name]
        ended = subprocess.run(command, cwd=self._project, env=environment, check=False)  # noqa: S603 - our own template
        if ended.returncode:
            raise ProjectError(f"{name} ended with exit code {ended.returncode}; see above")

    @contextmanager
    def _service(self, environment: dict[str, str]) -> Iterator[str]:
        command = [sys.executable, "-m", "facewright", "score", "serve", "score.py", "--port", "0"]
        log = self.folder / "service.log"
        with (
            log.open("wb") as stderr,
            subprocess.Popen(  # noqa: S603 - our own command
                command, cwd=self._project, env=environment, stdout=subprocess.PIPE, stderr=stderr
            ) as process,
        ):
            try:
                assert process.stdout is not None  # noqa: S101 - a pipe was asked for
                yield _address(process.stdout.readline().decode(), log)
            finally:
                process.terminate()

    def _probes(self, material: Material) -> list[LabelledPhoto]:
        if material.probes is not None:
            return _labelled(material.probes)
        report = json.loads((self._project / "outputs" / "training.json").read_text())
        held_out = (report["held_out"] or {}).get("files", [])
        return [LabelledPhoto(material.images / name, name.partition("/")[0]) for name in held_out]

    def _ask(self, url: str, probes: list[LabelledPhoto]) -> list[Answered]:
        with Client(url) as client:
            tracked = self._console.track(probes, "Asking the service", len(probes))
            return [_answered(client, photo) for photo in tracked]


def _answered(client: Client, photo: LabelledPhoto) -> Answered:
    try:
        return Answered(photo, client.recognize(photo.path))
    except FacewrightError as error:
        return Answered(photo, None, error.message)


def _address(line: str, log: Path) -> str:
    _, _, url = line.strip().partition("Serving on ")
    if not url:
        raise ServiceError(f"the service did not start; its log is {log}")
    return url


def _labelled(folder: Path) -> list[LabelledPhoto]:
    # Unlike training, one person alone is enough to ask about.
    return [
        LabelledPhoto(path, person.name)
        for person in sorted(folder.iterdir(), key=lambda each: (each.name == UNKNOWN, each.name))
        if person.is_dir()
        for path in sorted(person.iterdir())
        if path.is_file() and not path.name.startswith(".")
    ]
