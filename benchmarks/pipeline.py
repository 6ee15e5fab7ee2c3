"""Compare the whole pipeline with the package face_recognition doing the same work.

Run ``python benchmarks/pipeline.py``. The work is a JPEG of 640×480 pixels with one face: decode,
detect, align, embed, and find the nearest known person. Both take turns in one process, and what
counts is the processor time of the calling thread, so that a busy machine changes little; the best
of many runs is shown. With real photos beside the project it also compares on a sample of LFW how
many photos show a face, and how many pairs are judged rightly at each one's best threshold.

face_recognition asks for the source of dlib, which is built here already. Install it beside:
``pip install --no-deps face_recognition``.
"""

import argparse
import io
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

from facewright.recognizer.answer import Answer
from facewright.recognizer.recognizer import Recognizer
from facewright.training.people import Album, draw_many, draw_photo, member
from facewright.training.train import Folders, train

GOAL_WITHOUT, GOAL_WITH = 6.0, 10.0
_SIZE = (640, 480)
_PEOPLE = ("ada", "bruno", "clara")
_LFW = Path(__file__).parents[2] / "shared" / "faces" / "lfw-view1"

Vector = NDArray[np.floating[Any]]
Embed = Callable[[bytes], Vector | None]
"""A photo's file to the embedding of its largest face; None without a face."""


def main() -> None:
    """Measure and print."""
    options = _options()
    peer = _peer()
    with tempfile.TemporaryDirectory() as folder:
        recognizer = Recognizer.load(options.model or _trained(Path(folder)))
    photo = portrait()
    works: dict[str, Callable[[], object]] = {
        "facewright": lambda: recognizer.recognize_many([photo]),
        "face_recognition, no upsampling": lambda: _answer(peer, photo, 0),
        "face_recognition, its defaults": lambda: _answer(peer, photo, 1),
    }
    best = _best(works, options.rounds)
    ours = best.pop("facewright")
    print("processor time of one thread, ms per photo of 640×480 with one face")
    print(f"{'facewright':<34}{ours:>8.2f}")
    for (name, theirs), goal in zip(best.items(), (GOAL_WITHOUT, GOAL_WITH), strict=True):
        verdict = "reached" if theirs / ours >= goal else "missed"
        print(f"{name:<34}{theirs:>8.2f}{theirs / ours:>7.1f}×  goal of {goal:.0f}×: {verdict}")
    _print_stages(recognizer, photo, options.rounds)
    if (options.lfw / "images").is_dir():
        _print_lfw(recognizer, peer, options.lfw, options.pairs)


def portrait() -> bytes:
    """Return a JPEG of 640×480 pixels with one face about 200 pixels wide."""
    drawn = Image.fromarray(draw_photo(member("ada"), 20))
    scene = drawn.resize(_SIZE, Image.Resampling.BILINEAR).filter(_blur(12))
    drawn.thumbnail(_SIZE, Image.Resampling.BICUBIC)
    larger = drawn.resize((round(drawn.width * _SIZE[1] / drawn.height), _SIZE[1]))
    scene.paste(larger, ((_SIZE[0] - larger.width) // 2, 0))
    file = io.BytesIO()
    scene.save(file, "JPEG", quality=90)
    return file.getvalue()


def _blur(radius: int) -> Any:
    from PIL import ImageFilter

    return ImageFilter.GaussianBlur(radius)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30, help="runs of each")
    parser.add_argument("--model", type=Path, help="a model file; one is trained without it")
    parser.add_argument("--lfw", type=Path, default=_LFW, help="folder of LFW's development view")
    parser.add_argument("--pairs", type=int, default=100, help="pairs of each kind to judge")
    return parser.parse_args()


def _trained(folder: Path) -> Path:
    albums = [Album(folder / "photos" / name, member(name), tuple(range(6))) for name in _PEOPLE]
    draw_many(albums, workers=1)
    result = train(Folders(folder / "photos", folder / "outputs", folder / "cache"))
    return result.files["my_model.onnx"]


def _peer() -> Any:
    if find_spec("face_recognition") is None:
        sys.exit(
            "the package face_recognition is not installed\n"
            "hint: run `pip install --no-deps face_recognition`, beside dlib-bin"
        )
    # Its models' package asks a part of setuptools that is gone where its own files lie.
    if find_spec("pkg_resources") is None:
        stand_in: Any = ModuleType("pkg_resources")
        stand_in.resource_filename = _resource_filename
        sys.modules["pkg_resources"] = stand_in
    peer = import_module("face_recognition")
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # which importing it switched on for everybody
    return peer


def _resource_filename(package: str, name: str) -> str:
    spec = find_spec(package)
    [folder] = (spec.submodule_search_locations if spec else None) or [""]
    return str(Path(folder) / name)


def _embedded(peer: Any, photo: bytes, upsampling: int) -> list[Vector]:
    pixels = peer.load_image_file(io.BytesIO(photo))
    places = peer.face_locations(pixels, number_of_times_to_upsample=upsampling)
    places.sort(key=lambda css: -(css[1] - css[3]) * (css[2] - css[0]))
    vectors: list[Vector] = peer.face_encodings(pixels, known_face_locations=places)
    return vectors


_KNOWN = [vector / 12 for vector in np.random.default_rng(1).normal(size=(4, 128))]


def _answer(peer: Any, photo: bytes, upsampling: int) -> object:
    return [peer.face_distance(_KNOWN, each) for each in _embedded(peer, photo, upsampling)]


def _best(works: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    best = dict.fromkeys(works, float("inf"))
    for _ in range(rounds):
        for name, work in works.items():
            work()  # brings its own weights back into the processor's caches
            start = time.thread_time()
            work()
            best[name] = min(best[name], (time.thread_time() - start) * 1000)
    return best


def _print_stages(recognizer: Recognizer, photo: bytes, rounds: int) -> None:
    answers = [recognizer.recognize_many([photo])[0] for _ in range(rounds)]
    stages = [dict(each.timings.seconds) for each in answers if isinstance(each, Answer)]
    best = {stage: min(each[stage] for each in stages) * 1000 for stage in stages[0]}
    print("of which, ms:", ", ".join(f"{stage} {value:.2f}" for stage, value in best.items()))


def _print_lfw(recognizer: Recognizer, peer: Any, folder: Path, count: int) -> None:
    def ours(photo: bytes) -> Vector | None:
        [answer] = recognizer.recognize_many([photo])
        return answer.faces[0].vector if isinstance(answer, Answer) and answer.faces else None

    def theirs(photo: bytes, upsampling: int) -> Vector | None:
        return next(iter(_embedded(peer, photo, upsampling)), None)

    pairs = _pairs(folder, count)
    embeds: dict[str, Embed] = {
        "facewright": ours,
        "face_recognition, no upsampling": lambda photo: theirs(photo, 0),
        "face_recognition, its defaults": lambda photo: theirs(photo, 1),
    }
    print(f"LFW, {len(pairs)} pairs: photos with a face, pairs judged rightly")
    for name, embed in embeds.items():
        found, right = _judged(pairs, embed)
        print(f"{name:<34}{found:>8.1%}{right:>8.1%}")


_Pair = tuple[Path, Path, bool]


def _pairs(folder: Path, count: int) -> list[_Pair]:
    lines = [line.split() for line in (folder / "pairsDevTest.txt").read_text().splitlines()]
    same = [line for line in lines if len(line) == 3]
    other = [line for line in lines if len(line) == 4]
    chosen = [*same[:: max(1, len(same) // count)][:count]]
    chosen += other[:: max(1, len(other) // count)][:count]
    return [_paths(folder / "images", line) for line in chosen]


def _paths(images: Path, line: Sequence[str]) -> _Pair:
    names = (line[0], line[0] if len(line) == 3 else line[2])
    numbers = (line[1], line[-1])
    first, second = (
        images / name / f"{name}_{int(number):04d}.jpg"
        for name, number in zip(names, numbers, strict=True)
    )
    return first, second, len(line) == 3


def _judged(pairs: Sequence[_Pair], embed: Embed) -> tuple[float, float]:
    """Return the share of photos with a face, and of pairs judged rightly; a miss is wrong."""
    vectors = {
        path: embed(path.read_bytes()) for pair in pairs for path in pair[:2] if path.is_file()
    }
    found = sum(vector is not None for vector in vectors.values()) / len(vectors)
    distances, truths = [], []
    for first, second, same in pairs:
        one, two = vectors.get(first), vectors.get(second)
        if one is not None and two is not None:
            distances.append(float(np.linalg.norm(one - two)))
            truths.append(same)
    truth = np.array(truths)
    right = max(int(((np.array(distances) <= each) == truth).sum()) for each in distances)
    return found, right / len(pairs)


if __name__ == "__main__":
    main()
