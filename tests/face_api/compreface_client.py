"""What a user of CompreFace's published SDK does; run in a Python of its own that holds it.

python compreface_client.py PORT FOLDER
"""

import json
import sys
from pathlib import Path

from compreface import CompreFace  # type: ignore[import-not-found]
from compreface.collections import FaceCollection, Subjects  # type: ignore[import-not-found]


def main() -> None:
    port, folder = sys.argv[1], Path(sys.argv[2])
    face = CompreFace("http://127.0.0.1", port, {"limit": 0, "det_prob_threshold": 0.5})
    recognition = face.init_face_recognition("a-key")
    collection: FaceCollection = recognition.get_face_collection()
    subjects: Subjects = recognition.get_subjects()
    photo = str(folder / "thea-9.jpg")
    done: dict[str, object] = {"before": recognition.recognize(photo)}
    done["added"] = subjects.add("thea")
    done["added again"] = subjects.add("thea")
    examples = [collection.add(str(folder / f"thea-{n}.jpg"), "thea") for n in range(4)]
    done["examples"] = examples
    done["list"] = collection.list()
    done["subjects"] = subjects.list()
    options = {
        "face_plugins": "calculator,landmarks",
        "status": "true",
        "prediction_count": 1,
        "limit": 0,
    }
    done["recognized"] = recognition.recognize(photo, options)
    done["verified"] = collection.verify(photo, examples[0]["image_id"])
    done["not verified"] = collection.verify(str(folder / "bruno-20.jpg"), examples[0]["image_id"])
    verification = face.init_face_verification("a-key")
    done["two photos"] = verification.verify(photo, str(folder / "thea-0.jpg"))
    detection = face.init_face_detection("a-key")
    done["detected"] = detection.detect(photo)
    done["no face"] = detection.detect(str(folder / "noise.png"))
    done["renamed"] = subjects.update("thea", "Thea")
    done["example deleted"] = collection.delete(examples[0]["image_id"])
    done["all deleted"] = collection.delete_all("Thea")
    done["subject deleted"] = subjects.delete("Thea")
    done["subject deleted again"] = subjects.delete("Thea")
    done["everybody deleted"] = subjects.delete_all()
    done["after"] = recognition.recognize(photo)
    sys.stdout.write(json.dumps(done))


if __name__ == "__main__":
    main()
