"""Every error Facewright raises on purpose.

::

    FacewrightError
    ├── PhotoError               the photo itself
    │   ├── PhotoUnreadable      not a photo, damaged, or of a kind we do not read
    │   └── PhotoTooLarge        over the limit of bytes or pixels
    ├── NoFaceFound              a readable photo without a face
    ├── InputError               a request, or a value in it, that breaks the contract
    │   └── HostilePickle        a pickle that asks for more than a numeric array
    ├── SchemaError              score.py and its schema disagree
    ├── WeightsError             pretrained weights
    │   ├── WeightsMissing       the file is not there
    │   ├── WeightsMismatch      the file holds other layers than the network
    │   └── UnsafeModelFile      the file carries code, such as a Lambda layer
    ├── ModelFileError           my_model.h5 or my_model.onnx cannot be used
    ├── TrainingError            the photos do not make a classifier
    ├── PhotosError              a folder of photos cannot be examined
    ├── BulkError                a large set of photos cannot be embedded or scored
    ├── GalleryError             people enrolled without training: a name, a file, another model
    ├── EvaluationError          a list of pairs or a folder cannot be evaluated
    ├── ProjectError             a project folder is missing, broken or in the way
    ├── AccountError             accounts, workspaces and the projects in them
    ├── DatabaseError            the database of records cannot be used
    ├── SnapshotError            the files of a project cannot be sent or kept
    ├── DependenciesError        a dependency file, or what it asks for
    ├── TargetError              a compute target cannot do what is asked
    │   └── TargetUnreachable    it does not answer, which says nothing about its jobs
    ├── EngineError              a container engine
    │   ├── EngineUnreachable    none answers
    │   └── EngineForbidden      the account may not do that
    ├── ImageError               a container image cannot be read, built or moved
    ├── ManagementError          models, manifests, images, services, environments as records
    │   ├── NotFound             there is no such one
    │   └── InUse                something else needs it
    ├── RunError                 a run cannot be submitted, found or changed
    │   └── HistoryUnreachable   the tracking server or its database does not answer
    ├── ServiceError             a call to a service
    │   ├── ServiceUnreachable   nobody answered
    │   └── ServiceRefused       the service answered with an error
    └── MissingLibrary           an extra is not installed

An error carries a stable ``code`` for machines, a message that says what is wrong, what was
expected and what was received, and a ``hint`` that says what to do.
"""


class FacewrightError(Exception):
    """Base of every error Facewright raises on purpose.

    Args:
        message: What is wrong, what was expected, what was received; no full stop at the end.
        hint: What to do next, in one sentence, or None.
    """

    code = "error"

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class PhotoError(FacewrightError):
    """Raised when a photo cannot be used."""

    code = "photo"


class PhotoUnreadable(PhotoError):
    """Raised when bytes are not a photo, or a damaged one, or of a kind that is not read."""

    code = "photo-unreadable"


class PhotoTooLarge(PhotoError):
    """Raised when a photo is over the limit of bytes or pixels."""

    code = "photo-too-large"


class NoFaceFound(FacewrightError):
    """Raised when a readable photo holds no face."""

    code = "no-face-found"


class InputError(FacewrightError):
    """Raised when a request, or a value in it, breaks the contract."""

    code = "input"


class HostilePickle(InputError):
    """Raised when a pickle asks for anything but a numeric array."""

    code = "hostile-pickle"


class SchemaError(FacewrightError):
    """Raised when a scoring script and its schema disagree."""

    code = "schema"


class WeightsError(FacewrightError):
    """Raised when pretrained weights cannot be used."""

    code = "weights"


class WeightsMissing(WeightsError):
    """Raised when a weights file is not there."""

    code = "weights-missing"


class WeightsMismatch(WeightsError):
    """Raised when a weights file holds other layers than the network."""

    code = "weights-mismatch"


class UnsafeModelFile(WeightsError):
    """Raised when a model file carries code, such as a Lambda layer."""

    code = "unsafe-model-file"


class ModelFileError(FacewrightError):
    """Raised when a trained model file cannot be used."""

    code = "model-file"


class TrainingError(FacewrightError):
    """Raised when the given photos do not make a classifier."""

    code = "training"


class PhotosError(FacewrightError):
    """Raised when a folder of photos cannot be examined."""

    code = "photos"


class BulkError(FacewrightError):
    """Raised when a large set of photos cannot be listed, embedded or scored."""

    code = "bulk"


class GalleryError(FacewrightError):
    """Raised when people cannot be enrolled, found or moved in a gallery."""

    code = "gallery"


class EvaluationError(FacewrightError):
    """Raised when a list of pairs or a folder cannot be evaluated."""

    code = "evaluation"


class ProjectError(FacewrightError):
    """Raised when a project folder is missing, broken or in the way."""

    code = "project"


class AccountError(FacewrightError):
    """Raised when an account, a workspace or a project's place in one is missing or in the way."""

    code = "account"


class DatabaseError(FacewrightError):
    """Raised when the database of records cannot be reached, read or brought up to date."""

    code = "database"


class SnapshotError(FacewrightError):
    """Raised when the files of a project cannot be sent, kept or restored."""

    code = "snapshot"


class DependenciesError(FacewrightError):
    """Raised when a dependency file cannot be read or what it asks for cannot be installed."""

    code = "dependencies"


class TargetError(FacewrightError):
    """Raised when a compute target is missing, misconfigured, or cannot do what is asked."""

    code = "target"


class TargetUnreachable(TargetError):
    """Raised when a compute target does not answer, which says nothing about its jobs."""

    code = "target-unreachable"


class EngineError(FacewrightError):
    """Raised when a container engine refuses or fails."""

    code = "engine"


class EngineUnreachable(EngineError):
    """Raised when no container engine answers."""

    code = "engine-unreachable"


class EngineForbidden(EngineError):
    """Raised when the account that is used may not do what is asked."""

    code = "engine-forbidden"


class ImageError(FacewrightError):
    """Raised when a container image cannot be read, built or moved."""

    code = "image"


class ManagementError(FacewrightError):
    """Raised when a model, manifest, image, service or environment cannot be made or changed."""

    code = "management"


class NotFound(ManagementError):
    """Raised when there is no model, manifest, image, service or environment of that id or name."""

    code = "management-not-found"


class InUse(ManagementError):
    """Raised when something cannot be deleted since something else needs it."""

    code = "management-in-use"


class RunError(FacewrightError):
    """Raised when a run cannot be submitted, found or changed."""

    code = "run"


class HistoryUnreachable(RunError):
    """Raised when the tracking server or its database does not answer."""

    code = "history-unreachable"


class ServiceError(FacewrightError):
    """Raised when a call to a service fails."""

    code = "service"


class ServiceUnreachable(ServiceError):
    """Raised when no service answers at the address."""

    code = "service-unreachable"


class ServiceRefused(ServiceError):
    """Raised when a service answers with an error.

    Args:
        message: The service's own words.
        hint: What to do next, or None.
        status: HTTP status code.
        problem: Stable ``code`` of the service's problem document, or None.
    """

    code = "service-refused"

    def __init__(
        self, message: str, hint: str | None = None, *, status: int, problem: str | None = None
    ) -> None:
        super().__init__(message, hint)
        self.status = status
        self.problem = problem


class MissingLibrary(FacewrightError):
    """Raised when an optional dependency is not installed."""

    code = "missing-library"
