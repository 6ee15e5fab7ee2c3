import pytest

from facewright.wire.problems import Problem, read_problem

DOCUMENT = {
    "type": "about:blank",
    "title": "Bad Request",
    "status": 400,
    "detail": "wrong",
    "code": "input",
    "requestId": "abc",
    "errorCode": 400,
    "message": "wrong",
}


def test_a_problem_travels_under_the_originals_names_too() -> None:
    problem = read_problem(DOCUMENT)

    assert problem is not None
    assert problem.request_id == "abc"
    assert problem.document() == DOCUMENT


def test_a_hint_travels_when_there_is_one() -> None:
    assert Problem.model_validate({**DOCUMENT, "hint": "Do."}).document()["hint"] == "Do."


@pytest.mark.parametrize("document", [None, [], "text", {}, {"status": "bad"}, {"detail": "no"}])
def test_anything_else_is_no_problem_document(document: object) -> None:
    assert read_problem(document) is None
