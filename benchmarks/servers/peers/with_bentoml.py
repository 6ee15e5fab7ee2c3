"""BentoML: a service of several workers; a photo's file is the root input of its route."""

import os
from pathlib import Path
from typing import Annotated

import bentoml
from bentoml.validators import ContentType
from servers.work import Work


@bentoml.service(workers=int(os.environ["BENCHMARK_WORKERS"]), traffic={"timeout": 120})
class Photos:
    """The model."""

    def __init__(self) -> None:
        self.work = Work()

    @bentoml.api(route="/raw")
    def raw(self, photo: Annotated[Path, ContentType("image/jpeg")], /) -> str:
        """Answer a photo."""
        return self.work.photo(photo.read_bytes())

    @bentoml.api(route="/base64")
    def base64(self, input_bytes: str) -> str:
        """Answer a photo in base64."""
        return self.work.input_bytes(input_bytes)
