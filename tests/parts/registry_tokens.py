"""A token service for a registry, as the public registries have one.

Follows distribution's "Token Authentication Specification": the registry sends whoever asks here,
and takes tokens that are signed with our key.
"""

import base64
import datetime
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import NameOID

USER, PASSWORD = "ada", "a-very-secret-word"


class Authority:
    """A key and its certificate.

    Args:
        folder: Gets `certificate.pem` and `key.pem`.
    """

    def __init__(self, folder: Path) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
        today = datetime.datetime.now(datetime.UTC)
        names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(1)
            .not_valid_before(today - datetime.timedelta(days=1))
            .not_valid_after(today + datetime.timedelta(days=1))
            .add_extension(names, critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(self.key, hashes.SHA256())
        )
        self.certificate_file = folder / "certificate.pem"
        self.key_file = folder / "key.pem"
        self.certificate_file.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))
        self.key_file.write_bytes(
            self.key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )

    def token(self, claims: dict[str, Any]) -> str:
        """Return the claims as a signed JSON Web Token."""
        der = self.certificate.public_bytes(serialization.Encoding.DER)
        head = {"typ": "JWT", "alg": "ES256", "x5c": [base64.b64encode(der).decode()]}
        text = f"{_packed(json.dumps(head).encode())}.{_packed(json.dumps(claims).encode())}"
        signature = self.key.sign(text.encode(), ec.ECDSA(hashes.SHA256()))
        numbers = b"".join(each.to_bytes(32, "big") for each in decode_dss_signature(signature))
        return f"{text}.{_packed(numbers)}"


@contextmanager
def token_service(authority: Authority) -> Iterator[str]:
    """Yield the address of a service that gives each scope to USER, and pulling to everybody."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = parse_qs(urlsplit(self.path).query)
            said = self.headers.get("Authorization", "")
            known = said == "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
            if said and not known:
                self.send_response(401)
                self.end_headers()
                return
            claims = _claims(asked["service"][0], asked.get("scope", []), known)
            body = json.dumps({"token": authority.token(claims)}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/token"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _claims(service: str, scopes: list[str], known: bool) -> dict[str, Any]:
    access = []
    for scope in scopes:
        kind, name, actions = scope.split(":")
        allowed = [each for each in actions.split(",") if known or each == "pull"]
        access.append({"type": kind, "name": name, "actions": allowed})
    now = int(time.time())
    times = {"iat": now - 5, "nbf": now - 5, "exp": now + 60}
    return {"iss": "tests", "sub": USER, "aud": service, "access": access, "jti": "1", **times}


def _packed(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
