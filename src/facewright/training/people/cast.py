"""The cast: people chosen because their faces are found well and told apart well."""

from facewright.training.people.identity import Person, person

NAMES: dict[int, str] = {
    31: "ada",
    264: "bruno",
    194: "clara",
    89: "dario",
    256: "felix",
    272: "elena",
    203: "greta",
    339: "hugo",
    146: "iris",
    166: "jonas",
    14: "leon",
    340: "nils",
    243: "karla",
    225: "mira",
    314: "olga",
    271: "pablo",
    207: "sven",
    197: "rosa",
    42: "thea",
    101: "umar",
    325: "wim",
    30: "yusuf",
    294: "vera",
    354: "anton",
    291: "xenia",
    312: "zora",
    86: "bella",
    38: "cem",
}
"""Invented first names by seed; chosen by `choose_cast`, to be chosen again when faces change."""

CAST: tuple[int, ...] = tuple(NAMES)


def member(name: str) -> Person:
    """Find a member of the cast by first name.

    Args:
        name: One of the values of `NAMES`.

    Raises:
        KeyError: Nobody of the cast has that name.
    """
    seeds = {other: seed for seed, other in NAMES.items()}
    return person(seeds[name])
