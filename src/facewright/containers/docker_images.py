"""Images of an engine that speaks Docker's API."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import docker
import docker.errors
from docker.utils import parse_repository_tag

from facewright.containers.docker_errors import in_our_words
from facewright.containers.engine import Hear, ImageFacts
from facewright.errors import EngineError


class DockerImages:
    """Implements `Images`.

    Args:
        api: For questions, which are answered soon.
        working: For work, which may take long.
    """

    def __init__(self, api: docker.APIClient, working: docker.APIClient) -> None:
        self._api: Any = api  # half of its types are missing
        self._working: Any = working

    def find(self, reference: str) -> ImageFacts | None:
        """Return the image, or None when the engine does not have it."""
        with in_our_words(f"the image {reference} cannot be looked up"):
            try:
                said = self._api.inspect_image(reference)
            except docker.errors.ImageNotFound:
                return None
        labels = (said.get("Config") or {}).get("Labels") or {}
        return ImageFacts(id=said["Id"], machine=said["Architecture"], labels=labels)

    def pull(self, reference: str, hear: Hear) -> None:
        """Fetch the image from its registry, telling how far each layer is."""
        repository, tag = parse_repository_tag(reference)
        with in_our_words(f"the image {reference} cannot be pulled"):
            said = self._working.pull(repository, tag or "latest", stream=True, decode=True)
            for line in _progress(said):
                hear(line)
        if self.find(reference) is None:
            raise EngineError(f"the image {reference} is not there after it was pulled")

    def load(self, archive: Path) -> Sequence[str]:
        """Take the images of an archive; return their references."""
        with in_our_words(f"the images in {archive} cannot be loaded"), archive.open("rb") as file:
            said = list(self._working.load_image(file))
        text = "".join(str(each.get("stream", "")) for each in said)
        return [
            line.split(": ", 1)[1] for line in text.splitlines() if line.startswith("Loaded image")
        ]

    def commit(self, container: str, reference: str, labels: Mapping[str, str]) -> None:
        """Make an image of what a stopped container's file system is now."""
        repository, tag = parse_repository_tag(reference)
        with in_our_words(f"no image can be made of the container {container}"):
            self._working.commit(container, repository, tag, conf={"Labels": dict(labels)})

    def remove(self, reference: str) -> None:
        """Forget the image; one that is not there is forgotten already."""
        with in_our_words(f"the image {reference} cannot be removed"):
            try:
                self._api.remove_image(reference)
            except docker.errors.ImageNotFound:
                return


def _progress(said: Iterator[dict[str, Any]]) -> Iterator[str]:
    """Yield a line for each step of each layer, not for each byte."""
    last: dict[str, str] = {}
    for each in said:
        if "error" in each:
            raise docker.errors.APIError(str(each["error"]), explanation=str(each["error"]))
        layer, status = str(each.get("id", "")), str(each.get("status", ""))
        if status and last.get(layer) != status:
            last[layer] = status
            yield f"{layer}: {status}" if layer else status
