"""What a scoring script is, found without running it."""

import ast
import inspect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from facewright.errors import ManagementError, SchemaError
from facewright.scoring.schema import Schema, check_arguments

_PARAMETERS = inspect.Parameter


@dataclass(frozen=True)
class ScoringScript:
    """A scoring script, read but not run.

    Attributes:
        name: Of its file, for messages.
        tree: Its syntax tree.
        signature: Of ``run``; None where reading cannot tell, as when it is imported or decorated.
    """

    name: str
    tree: ast.Module
    signature: inspect.Signature | None


def parse_python(data: bytes, name: str) -> ast.Module:
    """Return the syntax tree of a file.

    Raises:
        ManagementError: It is not Python.
    """
    try:
        return ast.parse(data, filename=name)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) else ""
        raise ManagementError(
            f"{name} is not Python{line}: {error.msg if isinstance(error, SyntaxError) else error}",
            hint="a service would not start with it; nothing was made",
        ) from error


def read_script(data: bytes, name: str) -> ScoringScript:
    """Find ``init`` and ``run`` of a scoring script.

    Args:
        data: Its bytes.
        name: Of its file.

    Raises:
        ManagementError: It is not Python, lacks one of the two, or they are no plain functions.
    """
    tree = parse_python(data, name)
    names = {found: each for each in _at_module_level(tree.body) for found in _defined_names(each)}
    everything = "*" in names
    for wanted, example in (("init", "def init() -> None: …"), ("run", "def run(input_bytes): …")):
        if wanted not in names and not everything:
            raise ManagementError(
                f"{name} defines no {wanted}(): expected init(), called once, and run(), called "
                "for each request",
                hint=f"write `{example}`",
            )
    _check_plain(names.get("init"), "init", name)
    _check_plain(names.get("run"), "run", name)
    return ScoringScript(name, tree, _signature(names.get("run")))


def check_inputs(script: ScoringScript, schema: Schema | None) -> None:
    """Check that ``run`` takes what the schema declares, or without one a single argument.

    Raises:
        SchemaError: It does not.
    """
    if script.signature is None:
        return
    if schema is None:
        _check_single(script.signature, script.name)
        return

    def run() -> None:
        """Stand for the script's own, which is not run."""

    run.__signature__ = script.signature  # type: ignore[attr-defined]
    try:
        check_arguments(run, schema.inputs)
    except SchemaError as error:
        raise SchemaError(
            f"the schema does not fit {script.name}: {error.message}",
            hint=error.hint or f"run the script (`python {script.name}`) to write its schema again",
        ) from error


def _check_single(signature: inspect.Signature, name: str) -> None:
    try:
        signature.bind(b"")
    except TypeError as error:
        raise SchemaError(
            f"run() of {name} does not fit: without a schema it gets one argument, the body of "
            f"the request; it takes {signature}",
            hint="name the schema with -s outputs/schema.json",
        ) from error


def _at_module_level(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield statements that run when the script is loaded, also those in ``if`` and ``try``."""
    for statement in body:
        yield statement
        for part in ("body", "orelse", "finalbody"):
            if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield from _at_module_level(getattr(statement, part, []))
        for handler in getattr(statement, "handlers", []):
            yield from _at_module_level(handler.body)


def _defined_names(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield statement.name
        case ast.Import() | ast.ImportFrom():
            yield from (alias.asname or alias.name for alias in statement.names)
        case ast.Assign():
            yield from (each.id for each in statement.targets if isinstance(each, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name), value=value) if value is not None:
            yield name


def _check_plain(statement: ast.stmt | None, function: str, name: str) -> None:
    if isinstance(statement, ast.AsyncFunctionDef):
        raise ManagementError(
            f"{function}() in {name} is asynchronous; expected a plain function",
            hint=f"write `def {function}` without `async`",
        )
    if isinstance(statement, ast.FunctionDef) and function == "init":
        arguments = statement.args
        required = len(arguments.posonlyargs) + len(arguments.args) - len(arguments.defaults)
        if required > 0 or None in arguments.kw_defaults:
            raise ManagementError(f"init() of {name} takes arguments; expected none")


def _signature(statement: ast.stmt | None) -> inspect.Signature | None:
    if not isinstance(statement, ast.FunctionDef) or statement.decorator_list:
        return None
    return inspect.Signature(list(_parameters(statement.args)))


def _parameters(arguments: ast.arguments) -> Iterator[inspect.Parameter]:
    plain = [*arguments.posonlyargs, *arguments.args]
    first_default = len(plain) - len(arguments.defaults)
    for position, each in enumerate(plain):
        only = position < len(arguments.posonlyargs)
        kind = _PARAMETERS.POSITIONAL_ONLY if only else _PARAMETERS.POSITIONAL_OR_KEYWORD
        default = ... if position >= first_default else _PARAMETERS.empty
        yield inspect.Parameter(each.arg, kind, default=default)
    if arguments.vararg:
        yield inspect.Parameter(arguments.vararg.arg, _PARAMETERS.VAR_POSITIONAL)
    for each, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        default = _PARAMETERS.empty if value is None else ...
        yield inspect.Parameter(each.arg, _PARAMETERS.KEYWORD_ONLY, default=default)
    if arguments.kwarg:
        yield inspect.Parameter(arguments.kwarg.arg, _PARAMETERS.VAR_KEYWORD)
