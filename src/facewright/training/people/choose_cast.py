"""Choose the cast again, after any change to how people are drawn.

    python -m facewright.training.people.choose_cast --candidates 360

Prints the new `NAMES` for `cast.py`. A candidate must be found in every trial photo, alone and
with a margin; among those, the ones who lie furthest apart for dlib's embedder are taken, as many
women as men. Trial photos have numbers from `TRIALS`, which nothing else should use.
"""

import argparse
import sys
from dataclasses import dataclass

import numpy as np

from facewright.training.people.fields import Floats
from facewright.training.people.identity import person
from facewright.training.people.measure import Sighting, centroid, sight_all

TRIALS = range(9000, 9006)
"""Numbers of the photos by which candidates are judged."""

FEMININE_NAMES = (
    ("ada", "clara", "elena", "greta", "iris", "karla", "mira")
    + ("olga", "rosa", "thea", "vera", "xenia", "zora", "bella")
)  # fmt: skip
MASCULINE_NAMES = (
    ("bruno", "dario", "felix", "hugo", "jonas", "leon", "nils")
    + ("pablo", "sven", "umar", "wim", "yusuf", "anton", "cem")
)  # fmt: skip

MARGIN = 0.25
"""Least score of the detector over all trial photos; 0 would be found just so."""


@dataclass(frozen=True)
class Candidate:
    """Somebody who might be in the cast.

    Attributes:
        seed: Of the person.
        margin: Least score of the detector, or a negative number if a photo did not show one face.
        centre: Of the embeddings, unit length, float32 [128].
        spread: Mean distance of the embeddings from the centre.
    """

    seed: int
    margin: float
    centre: Floats
    spread: float


def judge(seed: int, sightings: list[Sighting]) -> Candidate | None:
    """Sum up the trial photos of a candidate; None if some photo does not show just one face."""
    seen = [sighting.embedding for sighting in sightings if sighting.embedding is not None]
    if len(seen) < len(sightings) or any(sighting.faces != 1 for sighting in sightings):
        return None
    embeddings = np.stack(seen)
    centre = centroid(embeddings)
    spread = float(np.linalg.norm(embeddings - centre, axis=1).mean())
    return Candidate(seed, min(item.confidence for item in sightings), centre, spread)


def choose(candidates: list[Candidate]) -> dict[int, str]:
    """Pick people who lie far apart, one after the other, and name them.

    Args:
        candidates: Who may be picked.

    Returns:
        Names by seed, in the order of picking; empty places stay empty if candidates run out.
    """
    names = {True: list(FEMININE_NAMES), False: list(MASCULINE_NAMES)}
    rest = sorted(candidates, key=lambda candidate: -candidate.margin)
    chosen: list[Candidate] = []
    named: dict[int, str] = {}
    while rest and (names[True] or names[False]):
        best = max(rest, key=lambda candidate: _distance(candidate, chosen))
        rest.remove(best)
        open_names = names[person(best.seed).feminine]
        if open_names:
            chosen.append(best)
            named[best.seed] = open_names.pop(0)
    return named


def _distance(candidate: Candidate, chosen: list[Candidate]) -> float:
    """How far a candidate keeps from all chosen, for how widely both scatter."""
    gaps = [
        float(np.linalg.norm(candidate.centre - other.centre)) - candidate.spread - other.spread
        for other in chosen
    ]
    return min(gaps, default=candidate.margin)


def main() -> None:
    """Judge candidates and print the chosen ones."""
    parser = argparse.ArgumentParser(description="Choose the cast of generated people.")
    parser.add_argument("--candidates", type=int, default=360, help="how many seeds to try")
    parser.add_argument("--workers", type=int, default=None, help="processes; all processors")
    options = parser.parse_args()
    sightings = sight_all(range(options.candidates), TRIALS, options.workers)
    by_seed = [sightings[at : at + len(TRIALS)] for at in range(0, len(sightings), len(TRIALS))]
    judged = (judge(items[0].seed, items) for items in by_seed)
    suitable = [item for item in judged if item is not None and item.margin >= MARGIN]
    sys.stdout.write(f"# {len(suitable)} of {options.candidates} candidates are suitable\n")
    for seed, name in choose(suitable).items():
        sys.stdout.write(f'    {seed}: "{name}",\n')


if __name__ == "__main__":
    main()
