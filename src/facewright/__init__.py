"""From folders of photos to a running face-recognition service."""

import os

__version__ = "0.1.0"

# No library phones home. ONNX Runtime's wheels send telemetry unless this is set before they are
# imported (microsoft/onnxruntime#25573), so it cannot wait for the file that imports them.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["DO_NOT_TRACK"] = "1"
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
