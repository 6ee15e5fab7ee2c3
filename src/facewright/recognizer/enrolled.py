"""People added to a model without training, in the answers."""

from dataclasses import replace
from pathlib import Path

from facewright.classifier.labels import NO_INDEX, UNKNOWN
from facewright.classifier.rejection import Decision, Rejection, Vectors
from facewright.gallery.contract_id import contract_id, gallery_folder
from facewright.gallery.current import CurrentIndex
from facewright.gallery.gallery import Gallery
from facewright.gallery.index import Match
from facewright.gallery.place import database_of_people
from facewright.recognizer.contract import RecognitionContract


class Enrolled:
    """The people added to a model, read again whenever they change.

    Args:
        gallery: The gallery.
        dimension: Length of the embeddings.

    Raises:
        GalleryError: A person is damaged.
    """

    def __init__(self, gallery: Gallery, dimension: int) -> None:
        self._gallery = gallery
        self._current = CurrentIndex(gallery, dimension)

    @classmethod
    def of(cls, model: Path, contract: RecognitionContract) -> "Enrolled":
        """Open the gallery beside a model file, or in the database that the program names.

        Raises:
            GalleryError: It belongs to another model, or is damaged.
            DatabaseError: The database cannot be used.
        """
        identity = contract_id(
            contract.embedder.model_dump(), contract.chip.model_dump(), contract.training_run
        )
        dimension = contract.embedder.dimension
        place = database_of_people() or gallery_folder(model)
        return cls(Gallery.open(place, identity, dimension), dimension)

    def open_gallery(self) -> Gallery:
        """Return the gallery once more, for who lists or changes it; changes are seen here."""
        return self._gallery.again()

    def refine(self, decision: Decision, vector: Vectors, rule: Rejection) -> Decision:
        """Return the decision once the gallery was looked at.

        A face nearer to one of a person's negatives than to the person is not that person. An
        enrolled person is named at the model's own threshold, when nearer than the trained one.

        Args:
            decision: What the model says.
            vector: Unit-length embedding, float32 [D].
            rule: The model's rejection rule.
        """
        index = self._current.get()
        negative = index.negative_similarity(decision.candidate, vector)
        if not decision.unknown and negative is not None and negative > decision.score:
            decision = replace(
                decision, name=UNKNOWN, index=rule.unknown_index, probability=1.0 - decision.score
            )
        match = index.match(vector)
        if match is None or match.centroid_similarity < rule.threshold:
            return decision
        if decision.unknown or match.centroid_similarity > decision.similarity:
            return _named(decision, match, rule)
        return decision

    def nearest(self, vector: Vectors) -> tuple[str, float] | None:
        """Return the nearest enrolled person and the similarity; None when nobody is enrolled."""
        match = self._current.get().match(vector)
        return None if match is None else (match.name, match.centroid_similarity)

    def nearest_other(self, name: str, vector: Vectors) -> float | None:
        """Return the similarity to the nearest enrolled person who is not `name`; None if nobody.

        A person is as near as the mean of the photos is; a runner-up as the nearest of them.

        Args:
            name: The person who does not count.
            vector: Unit-length embedding, float32 [D].
        """
        match = self._current.get().match(vector)
        if match is None:
            return None
        return match.centroid_similarity if match.name != name else match.runner_up_similarity


def _named(decision: Decision, match: Match, rule: Rejection) -> Decision:
    return replace(
        decision,
        index=NO_INDEX,
        name=match.name,
        probability=rule.belief(match.centroid_similarity),
        similarity=match.centroid_similarity,
        candidate=match.name,
        score=match.centroid_similarity,
    )
