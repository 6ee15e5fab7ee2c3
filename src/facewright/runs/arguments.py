"""The arguments of a script as parameters of its run."""

from collections.abc import Sequence

from facewright.runs.reported import TEXT_LIMIT, is_name


def parameters_of(arguments: Sequence[str]) -> dict[str, str]:
    """Return what arguments say, by name: ``--epochs 5`` and ``--epochs=5`` alike.

    A flag is ``true``; an argument without a name is ``argument_1``, ``argument_2`` …

    Args:
        arguments: As a script gets them.
    """
    found: dict[str, str] = {}
    positions = 0
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if not _is_option(word):
            positions += 1
            name, value = f"argument_{positions}", word
        else:
            name, equals, value = word.lstrip("-").partition("=")
            if not equals:
                value = rest.pop(0) if rest and not _is_option(rest[0]) else "true"
        if is_name(name):
            found.setdefault(name, value[:TEXT_LIMIT])
    return found


def _is_option(word: str) -> bool:
    if not word.startswith("-") or word in ("-", "--"):
        return False
    try:
        float(word)
    except ValueError:
        return True
    return False
