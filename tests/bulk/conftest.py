"""A source, a recipe, and a bulk job of them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from bulk_photos import Counting, fill, stub_recipe

from facewright.bulk.executor import Executor
from facewright.bulk.recipe import EmbedRecipe
from facewright.bulk.reporter import SilentReporter
from facewright.bulk.run import Outcome, run_bulk
from facewright.bulk.work import Task


@pytest.fixture(scope="session")
def recipe(shared_cache: Path) -> EmbedRecipe:
    """Return a quick recipe."""
    return stub_recipe(shared_cache)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Return a folder of 12 photos."""
    return fill(tmp_path / "photos", 12)


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """Return where the rows go."""
    return tmp_path / "rows"


@pytest.fixture
def task(source: Path, output: Path, recipe: EmbedRecipe) -> Task:
    """Return the job of source, output and recipe."""
    return Task(source=str(source), output=str(output), recipe=recipe)


@pytest.fixture
def run(task: Task) -> Callable[..., Outcome]:
    """Return a function that runs the job, in shards of four photos."""

    def ran(executor: Executor | None = None) -> Outcome:
        return run_bulk(task, executor or Counting(), SilentReporter(), 4)

    return ran
