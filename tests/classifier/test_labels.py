import json

from facewright.classifier.labels import index_of, number_to_text_label, people


def test_the_label_file_maps_numbers_to_names() -> None:
    assert json.loads(number_to_text_label(["ada", "unknown", "zoë"])) == {
        "0": "ada",
        "1": "unknown",
        "2": "zoë",
    }


def test_without_a_class_unknown_still_has_a_number_to_look_up() -> None:
    assert json.loads(number_to_text_label(["ada", "bo"])) == {
        "0": "ada",
        "1": "bo",
        "-1": "unknown",
    }
    assert index_of("unknown", ["ada", "bo"]) == "-1"


def test_unknown_is_not_a_person() -> None:
    assert people(["ada", "unknown", "bo"]) == ["ada", "bo"]
