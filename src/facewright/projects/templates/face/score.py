"""Name the face in a photo: what the service runs.

    python score.py                # writes outputs/schema.json

The server calls `init()` once in each worker and `run()` for each request.
"""

from pathlib import Path

from facewright.recognizer.recognizer import Recognizer
from facewright.recognizer.sample import SAMPLE_PHOTO
from facewright.scoring import DataTypes, SampleDefinition, generate_schema

recognizer: Recognizer


def init() -> None:
    global recognizer
    recognizer = Recognizer.load("outputs/my_model.onnx")


def run(input_bytes: str) -> str:
    return recognizer.answer(input_bytes)


def main() -> None:
    inputs = {"input_bytes": SampleDefinition(DataTypes.STANDARD, SAMPLE_PHOTO)}
    Path("outputs").mkdir(exist_ok=True)
    generate_schema(run, inputs=inputs, filepath="outputs/schema.json")
    print("Wrote outputs/schema.json")


if __name__ == "__main__":
    main()
