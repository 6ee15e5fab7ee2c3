"""LitServe: a request per call of `predict`, several processes of the one device there is.

It takes forms and JSON, so the raw photo is a file of a form.
"""

import sys
from typing import Any

import litserve
from servers.work import Work


class Photos(litserve.LitAPI):
    """Photos of a form, or in base64."""

    def setup(self, device: str) -> None:
        """Load the model."""
        self.work = Work()

    def decode_request(self, request: litserve.Request) -> Any:
        """Return a photo's bytes, or its base64."""
        sent: Any = request  # LitServe has read the form or the JSON
        if "photo" in sent:
            return sent["photo"].file.read()
        return sent["input_bytes"]

    def predict(self, x: Any) -> str:
        """Answer it."""
        return self.work.photo(x) if isinstance(x, bytes) else self.work.input_bytes(x)

    def encode_response(self, output: str) -> str:
        """Return the answer as it is."""
        return output


if __name__ == "__main__":
    port, workers = map(int, sys.argv[1:])
    server = litserve.LitServer(
        Photos(), accelerator="cpu", workers_per_device=workers, track_requests=False
    )
    server.run(
        host="127.0.0.1",
        port=port,
        num_api_servers=workers,
        generate_client_file=False,
        access_log=False,
    )
