"""Photos of many requests are computed together, and answers are never another's."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from facewright.wire.faces import RecognizeAnswer

JPEG = {"content-type": "image/jpeg"}
Photo = Callable[[str, int], bytes]


def test_every_photo_gets_its_own_answer_while_many_are_under_way(
    service: httpx.Client, photo_of: Photo
) -> None:
    """Each drawn person's photo, sent again and again at once, is never given another's name."""
    sent = [(name, number) for name in ("ada", "bruno", "clara") for number in (20, 21)]
    sent += [("hugo", 20), ("hugo", 21)]
    alone = {each: answer_of(service.post(**request(photo_of(*each)))) for each in sent}
    assert {alone[each][0] for each in sent if each[0] != "hugo"} == {"ada", "bruno", "clara"}
    assert all(alone[each][0] == each[0] for each in sent if each[0] != "hugo")

    async def everything() -> list[tuple[tuple[str, int], httpx.Response]]:
        async with httpx.AsyncClient(
            base_url=service.base_url, trust_env=False, timeout=300
        ) as client:
            # As many as may wait in one worker.
            work = [each for _ in range(4) for each in sent]
            answers = await asyncio.gather(
                *(client.post(**request(photo_of(*each))) for each in work)
            )
            return list(zip(work, answers, strict=True))

    for each, response in asyncio.run(everything()):
        name, box, similarity = answer_of(response)
        assert (name, box) == alone[each][:2]
        assert similarity == pytest.approx(alone[each][2], abs=1e-5)


def request(photo: bytes) -> dict[str, Any]:
    return {"url": "/v1/recognize", "content": photo, "headers": JPEG}


def answer_of(response: httpx.Response) -> tuple[str, object, float]:
    assert response.status_code == 200, response.text
    [photo] = RecognizeAnswer.model_validate_json(response.content).photos
    [face] = photo.faces
    return face.name, face.box, face.similarity
