"""Train a recognizer on the photos of the shared folder.

    python train.py                # `python train.py --help` lists the options
    facewright experiment submit -c local train.py --epochs 5

Photos are read from `<shared folder>/train/images/<person>/`; the folder `unknown` holds other
people. The model goes to `outputs/`. As an experiment, options and results go to the history.
"""

import os
import sys
from dataclasses import asdict
from pathlib import Path

from facewright.cli.console import Console
from facewright.cli.recipe_options import ShareOption, run_script
from facewright.projects.project import find_project
from facewright.runs import log_parameters, upload
from facewright.runs.reporter import RunReporter
from facewright.settings import Settings
from facewright.training.outputs import CONFUSION_MATRIX
from facewright.training.recipe import Recipe
from facewright.training.share import share_outputs
from facewright.training.train import Folders, train


def main(recipe: Recipe, share: ShareOption = False) -> None:
    """Train a recognizer on the photos of the shared folder."""
    settings = Settings()
    project = find_project(Path(__file__).parent)
    shared = settings.shared_directory_of(project.name)
    folders = Folders(
        photos=shared / "train" / "images",
        outputs=project.folder / "outputs",
        cache=settings.cache_directory,
        shared=shared,
    )
    console = Console()
    log_parameters(asdict(recipe))
    result = train(
        folders,
        recipe,
        reporter=RunReporter(console),
        training_run=os.environ.get("FACEWRIGHT_RUN_ID"),
    )
    console.training_result(result)
    if CONFUSION_MATRIX in result.files:
        upload(f"figures/{CONFUSION_MATRIX}", result.files[CONFUSION_MATRIX])
    if share:
        console.say(f"Copied to {share_outputs(result, shared)}")


if __name__ == "__main__":
    sys.exit(run_script(main))
