"""The recipe's fields as command-line options, so that they are written down only once."""

import inspect
from collections.abc import Callable
from dataclasses import Field, fields
from typing import Annotated, Any, get_type_hints

import typer

from facewright.cli.errors import run_and_explain
from facewright.errors import TrainingError
from facewright.training.recipe import Recipe

_NAMES = [field.name for field in fields(Recipe)]

ShareOption = Annotated[
    bool, typer.Option("--share/--no-share", help="Copy the model to the shared folder as well.")
]


def recipe_options(function: Callable[..., None]) -> Callable[..., None]:
    """Return `function` with its parameter `recipe` spread into one option for each field."""

    def command_function(**values: Any) -> None:
        chosen = {name: values.pop(name) for name in _NAMES}
        function(recipe=_recipe(chosen), **values)

    options = [_option(field) for field in fields(Recipe)]
    parameters = [*_other_parameters(function), *options]
    # Typer reads a command's options from these.
    command_function.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command_function.__annotations__ = {each.name: each.annotation for each in parameters}
    command_function.__name__, command_function.__doc__ = function.__name__, function.__doc__
    return command_function


def run_script(main: Callable[..., None]) -> int:
    """Run a training script's `main` with the options of the command line.

    Args:
        main: Takes `recipe`, and whatever else it declares as Typer does.

    Returns:
        The exit code.
    """
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(recipe_options(main))
    return run_and_explain(app)


def _other_parameters(function: Callable[..., None]) -> list[inspect.Parameter]:
    hints = get_type_hints(function, include_extras=True)
    return [
        parameter.replace(annotation=hints[name], kind=inspect.Parameter.KEYWORD_ONLY)
        for name, parameter in inspect.signature(function).parameters.items()
        if name != "recipe"
    ]


def _option(field: Field[Any]) -> inspect.Parameter:
    option = typer.Option(f"--{field.name.replace('_', '-')}", help=field.metadata["help"])
    annotation = Annotated[field.type, option]  # type: ignore[name-defined]
    return inspect.Parameter(
        field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=annotation
    )


def _recipe(values: dict[str, Any]) -> Recipe:
    try:
        return Recipe(**values)
    except TrainingError as error:
        raise typer.BadParameter(f"--{error.message}") from error
