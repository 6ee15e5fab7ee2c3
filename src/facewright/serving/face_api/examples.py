"""Examples of answers, for the OpenAPI document; tests read them as the records they are."""

from typing import Any

_REQUEST = "6f1a1f0c-5a0e-4c55-8f3f-0f2a4c1f3f10"

RECOGNIZED: dict[str, Any] = {
    "request_id": _REQUEST,
    "photos": [
        {
            "width": 640,
            "height": 480,
            "timings_ms": {
                "decode": 1.6,
                "detect": 6.9,
                "align": 0.8,
                "embed": 3.9,
                "classify": 0.1,
            },
            "faces": [
                {
                    "box": {"left": 209, "top": 137, "right": 425, "bottom": 353},
                    "box_normalized": {
                        "left": 0.326563,
                        "top": 0.285417,
                        "right": 0.664063,
                        "bottom": 0.735417,
                    },
                    "landmarks": [
                        [379.0, 216.0],
                        [345.0, 218.0],
                        [255.0, 221.0],
                        [289.0, 221.0],
                        [320.0, 285.0],
                    ],
                    "score": 2.85,
                    "quality": {
                        "face_pixels": 216,
                        "sharpness": 0.21,
                        "brightness": 0.47,
                        "contrast": 0.19,
                        "yaw": 3.1,
                        "roll": -1.2,
                    },
                    "name": "ada",
                    "unknown": False,
                    "index": "0",
                    "probability": 0.97,
                    "similarity": 0.96,
                    "margin": 0.11,
                }
            ],
        }
    ],
}

PEOPLE: dict[str, Any] = {
    "people": [
        {"name": "ada", "source": "trained", "photos": 0, "negatives": 0},
        {"name": "thea", "source": "enrolled", "photos": 3, "negatives": 0},
    ],
    "total": 2,
}

ENROLLED: dict[str, Any] = {
    "request_id": _REQUEST,
    "name": "thea",
    "added": 2,
    "known": 0,
    "photos": 3,
    "rejected": [{"photo": 1, "code": "blurred", "detail": "the face is blurred"}],
    "photo_ids": [
        "0b0f4a52-6a0e-5b5c-9d0b-7f0d7f5f6f11",
        "d2b6a3c6-1c3e-5d6c-8b1f-3c9d0c1e7a22",
    ],
}
