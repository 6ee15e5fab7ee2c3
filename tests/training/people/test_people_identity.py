import pytest

from facewright.training.people.hairstyles import FEMININE_STYLES, MASCULINE_STYLES, STYLES
from facewright.training.people.identity import person


def test_equal_seeds_are_equal_people() -> None:
    assert person(7) == person(7)
    assert hash(person(7)) == hash(person(7))


def test_different_seeds_are_different_people() -> None:
    assert len({person(seed) for seed in range(50)}) == 50


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(ValueError, match="non-negative"):
        person(-1)


def test_both_sexes_and_all_styles_are_drawn() -> None:
    people = [person(seed) for seed in range(300)]
    assert {one.hair.style for one in people} == set(STYLES)
    assert {one.hair.style for one in people if one.feminine} == set(FEMININE_STYLES)
    assert {one.hair.style for one in people if not one.feminine} == set(MASCULINE_STYLES)


def test_women_are_drawn_without_beards() -> None:
    assert {person(seed).beard for seed in range(100) if person(seed).feminine} == {"none"}


def test_features_lie_below_each_other() -> None:
    for one in map(person, range(200)):
        chin = -one.skull.half_height
        brow_level = one.eyes.level + one.brows.height
        assert chin < one.mouth_level < one.nose_level < one.eyes.level < brow_level
