import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("modules", "forbidden"),
    [
        ("facewright.wire.scoring, facewright.wire.problems", "numpy starlette httpx cv2"),
        ("facewright.client", "numpy starlette cv2"),
        ("facewright.scoring", "numpy starlette httpx cv2 pandas"),
        ("facewright.serving.server", "numpy httpx cv2 pandas"),
        ("facewright.webcam.watch", "cv2 starlette"),
    ],
)
def test_no_heavy_library_comes_along(modules: str, forbidden: str) -> None:
    program = f"import sys, {modules}; print(*(set(sys.modules) & set('{forbidden}'.split())))"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert done.stdout.split() == [], done.stderr
    assert done.returncode == 0, done.stderr
