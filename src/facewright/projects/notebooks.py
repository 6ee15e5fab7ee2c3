"""A Jupyter server for a project, which knows nothing but the project's kernels."""

import importlib.util
import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from facewright.errors import MissingLibrary
from facewright.projects.kernels import Kernels, write_kernels
from facewright.system.files import write_text

_LIBRARIES = ("jupyterlab", "ipykernel")


class Server(NamedTuple):
    """A Jupyter server that can be started.

    Attributes:
        argv: Its command.
        environment: All of its variables.
        runtime: Folder where it tells its address and token to its user, in `jpserver-*.json`.
    """

    argv: list[str]
    environment: dict[str, str]
    runtime: Path


def check_libraries() -> None:
    """See that Jupyter is installed.

    Raises:
        MissingLibrary: It is not.
    """
    for library in _LIBRARIES:
        if importlib.util.find_spec(library) is None:
            raise MissingLibrary(
                f"notebooks need the library {library}, which is not installed",
                hint="run `pip install 'facewright[notebook]'`",
            )


def prepare_server(
    folder: Path,
    place: Path,
    kernels: Kernels,
    environment: Mapping[str, str],
    *,
    port: int | None,
    browser: bool,
) -> Server:
    """Write what a server needs, all of it in one folder of its own.

    Neither the user's Jupyter folders nor those of the project are written to or read. The server
    listens on 127.0.0.1 and makes up a token; nobody learns of it who cannot read `place`.

    Args:
        folder: The project's folder, which the server shows.
        place: Folder for its settings and kernels; private.
        kernels: Its kernels, at least one.
        environment: Variables of the user.
        port: Its port; Jupyter looks for a free one when None.
        browser: Whether it opens a browser.
    """
    place.mkdir(parents=True, exist_ok=True)
    place.chmod(0o700)
    shutil.rmtree(place / "data" / "kernels", ignore_errors=True)
    write_kernels(place / "data" / "kernels", kernels.kernels)
    settings = _settings(folder, kernels, port, browser)
    write_text(place / "config" / "jupyter_server_config.json", json.dumps(settings, indent=1))
    own = {
        "JUPYTER_CONFIG_DIR": str(place / "config"),
        "JUPYTER_DATA_DIR": str(place / "data"),
        "JUPYTER_RUNTIME_DIR": str(place / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(place / "lab" / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(place / "lab" / "workspaces"),
    }
    kept = {name: text for name, text in environment.items() if not name.startswith("JUPYTER")}
    # `-m` would put the project's folder first in the path, where a file of any name may lie.
    argv = [sys.executable, "-P", "-m", "jupyterlab"]
    return Server(argv, {**kept, **own}, place / "runtime")


def _settings(
    folder: Path, kernels: Kernels, port: int | None, browser: bool
) -> dict[str, dict[str, object]]:
    names = [kernel.name for kernel in kernels.kernels]
    server: dict[str, object] = {
        "ip": "127.0.0.1",
        "allow_remote_access": False,
        # Asked for by name; in a container root is often the only user.
        "allow_root": True,
        "root_dir": str(folder),
        "open_browser": browser,
        "answer_yes": True,  # Ctrl-C stops it without a question
    }
    if port is not None:
        server |= {"port": port, "port_retries": 0}
    return {
        "ServerApp": server,
        "KernelSpecManager": {"allowed_kernelspecs": names, "ensure_native_kernel": False},
        "MultiKernelManager": {"default_kernel_name": names[0]},
        # Nothing is fetched from the network: no news, no updates, no list of extensions.
        "LabApp": {
            "news_url": None,
            "check_for_updates_class": "jupyterlab.handlers.announcements.NeverCheckForUpdate",
            "extension_manager": "readonly",
        },
    }
