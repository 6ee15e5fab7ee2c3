"""Loads a scoring script and calls its ``init`` and ``run``."""

import contextlib
import functools
import importlib.util
import inspect
import itertools
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from facewright.errors import FacewrightError, InputError, SchemaError

Found = TypeVar("Found")

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Script:
    """A scoring script, loaded.

    Attributes:
        path: Where it is; names it in messages.
        run_function: Its ``run``.
        init_function: Its ``init``, or None.
    """

    path: Path
    run_function: Callable[..., Any]
    init_function: Callable[[], Any] | None = None

    @functools.cached_property
    def _signature(self) -> inspect.Signature:
        return inspect.signature(self.run_function)

    def find(self, kind: type[Found]) -> Found | None:
        """Return the first object of a class among the script's module variables, or None.

        So a server can mount routes of its own around what ``init()`` loaded.
        """
        variables = list(getattr(self.run_function, "__globals__", {}).values())
        return next((value for value in variables if isinstance(value, kind)), None)

    def init(self) -> None:
        """Call ``init()`` once, in the script's folder, before the first request.

        Changes the process's working directory while it runs, so call it before threads start.

        Raises:
            FacewrightError: What ``init`` itself raised on purpose.
            SchemaError: ``init`` failed in any other way; the cause is chained.
        """
        if self.init_function is None:
            return
        with contextlib.chdir(self.path.parent), _failing(f"init() of {self.path.name} failed"):
            self.init_function()

    def run(self, *arguments: Any, **inputs: Any) -> Any:
        """Return what ``run`` makes of the inputs.

        Raises:
            InputError: The inputs are not the arguments ``run`` takes.
            Exception: Whatever ``run`` raises.
        """
        try:
            self._signature.bind(*arguments, **inputs)
        except TypeError as error:
            raise InputError(f"Argument mismatch: run() got other arguments: {error}") from error
        return self.run_function(*arguments, **inputs)


def load_script(path: Path) -> Script:
    """Load a scoring script.

    Its folder is put on the import path and is the working directory while it loads, as if it had
    been started with ``python score.py``; its ``__main__`` block does not run.

    Args:
        path: The script, such as ``score.py``.

    Raises:
        SchemaError: The script is missing, fails to load, or has no usable ``run``.
        FacewrightError: What the script itself raised on purpose.
    """
    path = path.resolve()
    if not path.is_file():
        raise SchemaError(
            f"the scoring script {path} was not found",
            hint="name the file that defines init() and run(), such as score.py",
        )
    with contextlib.chdir(path.parent), _failing(f"{path.name} failed to load"):
        module = _import(path)
    return Script(path, _run_of(module, path), _init_of(module, path))


def _import(path: Path) -> ModuleType:
    # A name of its own: two scripts called score.py may be loaded, and neither is importable.
    name = f"facewright_scoring_script_{next(_numbers)}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise SchemaError(f"{path.name} is not a Python file", hint="its name must end in .py")
    module = importlib.util.module_from_spec(spec)
    if str(path.parent) not in sys.path:
        sys.path.insert(0, str(path.parent))
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _run_of(module: ModuleType, path: Path) -> Callable[..., Any]:
    run = getattr(module, "run", None)
    if run is None:
        raise SchemaError(
            f"{path.name} defines no run(); expected a function that answers one request",
            hint="write `def run(input_bytes): …`",
        )
    return _plain_function(run, "run", path)


def _init_of(module: ModuleType, path: Path) -> Callable[[], Any] | None:
    init = getattr(module, "init", None)
    if init is None:
        return None
    function = _plain_function(init, "init", path)
    if any(
        p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
        for p in inspect.signature(function).parameters.values()
    ):
        raise SchemaError(f"init() of {path.name} takes arguments; expected none")
    return function


def _plain_function(value: object, name: str, path: Path) -> Callable[..., Any]:
    if not callable(value):
        raise SchemaError(f"{name} in {path.name} is a {type(value).__name__}; expected a function")
    if inspect.iscoroutinefunction(value):
        raise SchemaError(
            f"{name}() in {path.name} is asynchronous; expected a plain function",
            hint=f"write `def {name}` without `async`",
        )
    return value


@contextlib.contextmanager
def _failing(what: str) -> Iterator[None]:
    """Turn any failure of the user's code into an error that names the script."""
    try:
        yield
    except FacewrightError:
        raise
    except (Exception, SystemExit) as error:
        raise SchemaError(
            f"{what}: {type(error).__name__}: {error}",
            hint="run the script by itself (`python score.py`) to see where",
        ) from error
