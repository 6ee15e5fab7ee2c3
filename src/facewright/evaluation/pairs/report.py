"""What an evaluation of pairs says, for machines and for people."""

from collections.abc import Mapping
from statistics import mean

from facewright.classifier.metrics import wilson
from facewright.evaluation.curves import Curve, area, curve
from facewright.evaluation.intervals import Interval, of_area, of_mean, standard_error
from facewright.evaluation.pairs.evaluate import PairsResult
from facewright.evaluation.report.page import Fact, Figure, Page, Table, between, percent
from facewright.evaluation.report.publish import charts

FORMAT = 1
RATES = (0.1, 0.01, 0.001)

_FALSE = "false accept rate (pairs of two people taken for one)"
_TRUE = "true accept rate (pairs of one person taken for one)"
_MISS = "false reject rate (pairs of one person taken for two)"


class PairsReport:
    """The numbers of an evaluation of pairs.

    Args:
        result: What the evaluation found.
    """

    def __init__(self, result: PairsResult) -> None:
        self._result = result
        self._same, self._different = result.same, result.different
        self._curve = curve(self._same, self._different)
        self._folds = [fold.right / fold.pairs for fold in result.folds]

    @property
    def accuracy(self) -> float:
        """Share of the pairs judged rightly, 0–1; for folds their mean."""
        return mean(self._folds)

    @property
    def accuracy_interval(self) -> Interval:
        """Its 95 % interval: Wilson's, or Student's over folds."""
        if len(self._folds) > 1:
            return of_mean(self._folds)
        fold = self._result.folds[0]
        return wilson(fold.right, fold.pairs)

    def record(self) -> dict[str, object]:
        """Return the report as plain values, shares as fractions of 1."""
        result, found = self._result, area(self._same, self._different)
        return {
            "format": FORMAT,
            "accuracy": self.accuracy,
            "accuracy_interval": self.accuracy_interval,
            "standard_error": self._standard_error(),
            "folds": self._folds if len(self._folds) > 1 else None,
            "threshold": mean(fold.threshold for fold in result.folds),
            "threshold_from": result.threshold_from,
            "pairs": sum(fold.pairs for fold in result.folds),
            "missed": len(result.missed),
            "missed_photos": [vars(missed) for missed in result.missed],
            "tar_at_far": {f"{rate:g}": self._at(rate) for rate in RATES},
            "tar_at_far_interval": {f"{rate:g}": self._interval_at(rate) for rate in RATES},
            "auroc": found,
            "auroc_interval": of_area(found, len(self._same), len(self._different)),
            "embedder": result.embedder,
            "detector": result.detector,
            "mirror": result.mirror,
            "photos": result.photos,
            "seconds": round(result.seconds, 3),
            "photos_per_second": round(result.photos / max(result.seconds, 1e-9), 1),
            "notes": self.notes(),
        }

    def page(self) -> Page:
        """Return the report for people."""
        missed = [(each.photo, each.reason) for each in self._result.missed]
        lists = [Table("Photos without a usable face", ("photo", "reason"), missed)]
        return Page(
            "Are two photos of one person?",
            self._facts(),
            self.notes(),
            tables=self._tables(),
            lists=lists if missed else (),
        )

    def figures(self) -> list[Figure]:
        """Draw the curves."""
        draw, name = charts(), self._result.embedder
        curves: Mapping[str, Curve] = {name: self._curve}
        return [
            Figure(
                "roc.png",
                "ROC: true accepts over false accepts, at every threshold.",
                draw.draw_roc(curves, _FALSE, _TRUE),
            ),
            Figure(
                "det.png",
                "DET: the same curve as errors, on logarithmic axes.",
                draw.draw_det(curves, _FALSE, _MISS),
            ),
        ]

    def notes(self) -> list[str]:
        """Say what a reader must know to judge the numbers."""
        result = self._result
        averaged = "averaged with that of its mirror image" if result.mirror else "used alone"
        notes = [
            "The score of a pair is the cosine of its two embeddings; the embedding of a chip is "
            f"{averaged}.",
            "Where a photo shows several faces, the one nearest its centre is taken, as LFW means "
            f"it; {result.crowded} of {result.photos} photos do.",
            f"Photos without a usable face: {len(result.missed)}. Their pairs count as wrong, "
            "whatever they are, and in the curves as never accepted.",
            _THRESHOLDS[result.threshold_from],
        ]
        least = 1 / len(self._different)
        if (short := [rate for rate in RATES if rate < least]) and short:
            notes.append(
                f"{len(self._different)} pairs of two people cannot show a false accept rate "
                f"below {least:.2g}: the figures at {', '.join(f'{rate:g}' for rate in short)} are "
                "those without any false accept."
            )
        return notes

    def _facts(self) -> list[Fact]:
        result, found = self._result, area(self._same, self._different)
        error = self._standard_error()
        spread = f" ± {percent(error)} (standard error)" if error is not None else ""
        facts = [Fact("Accuracy", percent(self.accuracy) + spread, between(self.accuracy_interval))]
        facts += [
            Fact(
                f"True accepts at FAR {rate:g}",
                percent(self._at(rate)),
                between(self._interval_at(rate)),
            )
            for rate in RATES
        ]
        interval = of_area(found, len(self._same), len(self._different))
        return [
            *facts,
            Fact("Area under the ROC curve", f"{found:.4f}", "{:.4f} – {:.4f}".format(*interval)),
            Fact("Threshold", f"{mean(fold.threshold for fold in result.folds):.4f}"),
            Fact("Pairs", f"{sum(fold.pairs for fold in result.folds):,}"),
            Fact("Photos without a usable face", f"{len(result.missed):,}"),
            Fact("Embedder", result.embedder),
            Fact("Detector", result.detector),
            Fact("Speed", f"{result.photos / max(result.seconds, 1e-9):.1f} photos a second"),
        ]

    def _tables(self) -> list[Table]:
        if len(self._folds) == 1:
            return []
        rows = [
            (str(position), str(fold.pairs), percent(fold.right / fold.pairs),
             f"{fold.threshold:.4f}")
            for position, fold in enumerate(self._result.folds, start=1)
        ]  # fmt: skip
        return [Table("Folds", ("fold", "pairs", "accuracy", "threshold"), rows)]

    def _standard_error(self) -> float | None:
        return standard_error(self._folds) if len(self._folds) > 1 else None

    def _at(self, rate: float) -> float:
        return self._curve.at(rate).true_accepts

    def _interval_at(self, rate: float) -> Interval:
        return wilson(round(self._at(rate) * len(self._same)), len(self._same))


_THRESHOLDS = {
    "other pairs": "The threshold is the best one on other pairs.",
    "the same pairs": "The threshold is the best one on these very pairs, so the accuracy is "
    "optimistic; choose it on others with --threshold-from.",
    "the other folds": "Each fold is judged by the best threshold of the other folds; the interval "
    "is Student's over the folds.",
}
