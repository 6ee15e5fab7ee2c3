"""A face service in a network of its own, which has nobody else in it; run by `unshare --net`.

python alone.py SCRIPT PHOTO prints, as JSON, the statuses it answered with and how many packets
anybody in that network, native code included, tried to send elsewhere: before, after, and after one
that was meant to.
"""

import fcntl
import json
import socket
import struct
import sys
from pathlib import Path

import httpx
from serving_process import ServingProcess

_SET_FLAGS, _UP = 0x8914, 1


def main() -> None:
    _bring_up(b"lo")
    before = _nowhere()
    server = ServingProcess(Path(sys.argv[1]), ("--workers", 1)).start()
    try:
        photo = Path(sys.argv[2]).read_bytes()
        with httpx.Client(base_url=server.url, trust_env=False, timeout=120) as client:
            statuses = [
                client.post("/v1/recognize", content=photo).status_code,
                client.post("/v1/people/eve/photos", content=photo).status_code,
                client.get("/openapi.json").status_code,
                client.get("/metrics").status_code,
            ]
    finally:
        server.end()
    after = _nowhere()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outside:
        try:
            outside.sendto(b"", ("192.0.2.1", 53))
        except OSError:  # which is counted
            pass
    packets = {"before": before, "after": after, "counted": _nowhere()}
    sys.stdout.write(json.dumps({"statuses": statuses, **packets}))


def _bring_up(name: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh", name, _UP))


def _nowhere() -> int:
    """Return how many packets had no way to where they were to go, in either protocol."""
    names, values = (line.split() for line in Path("/proc/net/snmp").read_text().splitlines()[:2])
    found = int(dict(zip(names, values, strict=True))["OutNoRoutes"])
    six = dict(line.split() for line in Path("/proc/net/snmp6").read_text().splitlines())
    return found + int(six["Ip6OutNoRoutes"])


if __name__ == "__main__":
    main()
