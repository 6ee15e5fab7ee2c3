"""What an evaluation of a model says, for machines and for people."""

import math

from facewright.evaluation.curves import Curve
from facewright.evaluation.people.evaluate import SOFTMAX_THRESHOLD, Judged, PeopleResult
from facewright.evaluation.people.operating import Operating, Share
from facewright.evaluation.people.per_person import confusion, score_people
from facewright.evaluation.report.page import Fact, Figure, Page, Table, between, percent
from facewright.evaluation.report.publish import charts

FORMAT = 1
RATES = (0.01, 0.003)

_FALSE = "false positive identification rate (strangers named)"
_TRUE = "true positive identification rate (known people named right)"
_MISS = "false negative identification rate (known people not named right)"


class PeopleReport:
    """The numbers of an evaluation of a model.

    Args:
        result: What the evaluation found.
    """

    def __init__(self, result: PeopleResult) -> None:
        self._result = result
        self._model, self._softmax = result.recognizer, result.softmax
        self._people = score_people(result)
        self._missed = (_missed(result.known), _missed(result.strangers))

    def record(self) -> dict[str, object]:
        """Return the report as plain values, shares as fractions of 1."""
        result = self._result
        photos = len(result.known) + len(result.strangers)
        return {
            "format": FORMAT,
            **_numbers(self._model),
            "softmax": {
                "threshold": SOFTMAX_THRESHOLD,
                **_numbers(self._softmax),
                "known_accuracy_at_equal_fpir": self._equal().value,
                "known_accuracy_at_equal_fpir_interval": self._equal().interval,
            },
            "people": [person.record() for person in self._people],
            "photos": {"known": len(result.known), "strangers": len(result.strangers)},
            "missed": dict(zip(_KINDS, map(len, self._missed), strict=True)),
            "missed_photos": dict(zip(_KINDS, map(_reasons, self._missed), strict=True)),
            "known_mistaken": _answers(self._mistaken()),
            "strangers_named": _answers(self._named()),
            "embedder": result.embedder,
            "detector": result.detector,
            "seconds": round(result.seconds, 3),
            "photos_per_second": round(photos / max(result.seconds, 1e-9), 1),
            "notes": self.notes(),
        }

    def page(self) -> Page:
        """Return the report for people."""
        return Page(
            "Are known people named, and strangers not?",
            self._facts(),
            self.notes(),
            tables=[self._beside(), self._per_person()],
            lists=[table for table in self._lists() if table.rows],
        )

    def figures(self) -> list[Figure]:
        """Draw the curves and the confusion matrix."""
        draw, result = charts(), self._result
        curves: dict[str, Curve] = {
            "this model": self._model.curve(),
            "softmax alone": self._softmax.curve(),
        }
        captions = (
            "ROC: known people named right over strangers named, at every threshold.",
            "DET: the same curves as errors, on logarithmic axes.",
            "What was answered for each person and for strangers, photos.",
        )
        return [
            Figure("roc.png", captions[0], draw.draw_roc(curves, _FALSE, _TRUE)),
            Figure("det.png", captions[1], draw.draw_det(curves, _FALSE, _MISS)),
            Figure(
                "confusion_matrix.png",
                captions[2],
                draw.draw_confusion_matrix(*confusion(result)),
            ),
        ]

    def notes(self) -> list[str]:
        """Say what a reader must know to judge the numbers."""
        known, strangers = map(len, self._missed)
        notes = [
            "Each photo is answered for its largest face, as a service does.",
            f"Photos without a usable face: {known} of known people, which count as errors, and "
            f"{strangers} of strangers, which count as strangers not named.",
            f"Beside the model stands its softmax alone, which answers from {SOFTMAX_THRESHOLD:g}; "
            "for a fair comparison its threshold is also raised until it names no more strangers "
            "than the model does.",
        ]
        total = len(self._result.strangers)
        for rate in RATES:
            if total * rate < 1:
                notes.append(
                    f"{total} strangers are too few for an FPIR of {rate:.1%}, which takes "
                    f"{math.ceil(1 / rate)} or more: the figure is the one without any false "
                    "positive."
                )
        return notes

    def _facts(self) -> list[Fact]:
        model, result = self._model, self._result
        return [
            _fact("Known people named right", model.known_accuracy),
            _fact("Strangers named", model.false_positive_rate),
            *(_fact(f"TPIR at FPIR {rate:.1%}", model.tpir_at(rate)) for rate in RATES),
            Fact("Area under the ROC curve", f"{model.area:.4f}", _area_interval(model)),
            Fact(
                "Photos without a usable face",
                f"{len(self._missed[0])} known, {len(self._missed[1])} strangers",
            ),
            Fact("Embedder", result.embedder),
            Fact("Detector", result.detector),
        ]

    def _beside(self) -> Table:
        sides = (self._model, self._softmax)
        shares = [
            ("Known people named right", [side.known_accuracy for side in sides]),
            ("Strangers named", [side.false_positive_rate for side in sides]),
            *(
                (f"TPIR at FPIR {rate:.1%}", [side.tpir_at(rate) for side in sides])
                for rate in RATES
            ),
            (
                "Known people named right at equal FPIR",
                [self._model.known_accuracy, self._equal()],
            ),
        ]
        rows = [(name, *(_both(share) for share in pair)) for name, pair in shares]
        areas = [f"{side.area:.4f} ({_area_interval(side)})" for side in sides]
        return Table(
            "Beside a plain softmax",
            ("", "this model", f"softmax from {SOFTMAX_THRESHOLD:g}"),
            [*rows, ("Area under the ROC curve", *areas)],
        )

    def _per_person(self) -> Table:
        columns = ("person", "photos", "right", "no face", "precision", "recall")
        return Table("People", columns, [person.cells() for person in self._people])

    def _lists(self) -> list[Table]:
        named = [(each.probe.name, name) for each, name in self._named()]
        wrong = [(each.probe.name, name) for each, name in self._mistaken()]
        tables = [
            Table("Known people who were answered otherwise", ("photo", "answered"), wrong),
            Table("Strangers who were named", ("photo", "answered"), named),
        ]
        titles = ("Known people without a usable face", "Strangers without a usable face")
        for title, missed in zip(titles, self._missed, strict=True):
            rows = [(each.probe.name, each.verdict.reason or "") for each in missed]
            tables.append(Table(title, ("photo", "reason"), rows))
        return tables

    def _named(self) -> list[tuple[Judged, str]]:
        return [
            (each, each.verdict.decision.name)
            for each in self._result.strangers
            if each.verdict.decision is not None and not each.verdict.decision.unknown
        ]

    def _mistaken(self) -> list[tuple[Judged, str]]:
        return [
            (each, each.verdict.decision.name)
            for each in self._result.known
            if each.verdict.decision is not None and each.verdict.decision.name != each.probe.person
        ]

    def _equal(self) -> Share:
        return self._softmax.tpir_at(self._model.false_positive_rate.value)


_KINDS = ("known", "strangers")


def _numbers(side: Operating) -> dict[str, object]:
    return {
        "known_accuracy": side.known_accuracy.value,
        "known_accuracy_interval": side.known_accuracy.interval,
        "false_positive_rate": side.false_positive_rate.value,
        "false_positive_rate_interval": side.false_positive_rate.interval,
        "tpir_at_fpir": {f"{rate:g}": side.tpir_at(rate).value for rate in RATES},
        "tpir_at_fpir_interval": {f"{rate:g}": side.tpir_at(rate).interval for rate in RATES},
        "auroc": side.area,
        "auroc_interval": side.area_interval,
    }


def _missed(photos: tuple[Judged, ...]) -> list[Judged]:
    return [each for each in photos if each.verdict.decision is None]


def _reasons(missed: list[Judged]) -> list[dict[str, str | None]]:
    return [{"photo": each.probe.name, "reason": each.verdict.reason} for each in missed]


def _answers(photos: list[tuple[Judged, str]]) -> list[dict[str, str]]:
    return [{"photo": each.probe.name, "name": name} for each, name in photos]


def _fact(name: str, share: Share) -> Fact:
    value = f"{percent(share.value)} ({share.part} of {share.whole})"
    return Fact(name, value, between(share.interval))


def _both(share: Share) -> str:
    low, high = share.interval
    return f"{share.value:.1%} ({low:.1%} – {high:.1%})".replace("%", " %")


def _area_interval(side: Operating) -> str:
    return "{:.4f} – {:.4f}".format(*side.area_interval)
