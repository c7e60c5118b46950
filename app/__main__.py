"""`python -m app`, or `nbn-lab` once installed: open the app in the browser, from any folder.

Nothing is written beside the sources. Options are passed through to `streamlit run`, for example
`python -m app --server.port 8600`, or `--server.address 0.0.0.0` to accept other machines.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

from app import shipped

ENTRY = Path(__file__).resolve().with_name("main.py")
CONFIG = shipped(".streamlit") / "config.toml"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
FILES = 8_192  # open files, if the system lets


def main() -> None:
    """Start Streamlit with the app, in this process."""
    # Our own modules compile quickly; without this they would leave bytecode beside them.
    sys.dont_write_bytecode = True
    for name, value in environment(tomllib.loads(CONFIG.read_text(encoding="utf-8"))).items():
        os.environ.setdefault(name, value)
    if _address(sys.argv[1:]) in LOOPBACK:
        # A page of another site must not reach the app under a name of its own (DNS rebinding).
        os.environ.setdefault("STREAMLIT_SERVER_ALLOWED_HOSTS", "localhost 127.0.0.1 [::1]")
    _allow_many_connections()

    from streamlit.web import cli

    cli.main(["run", str(ENTRY), *sys.argv[1:]], prog_name="nbn-lab")


def _address(arguments: list[str]) -> str:
    """Return the address that the server is going to listen on."""
    found = os.environ.get("STREAMLIT_SERVER_ADDRESS", "")
    for option, value in pairwise([*arguments, ""]):
        if option == "--server.address":
            found = value
        elif option.startswith("--server.address="):
            found = option.partition("=")[2]
    return found


def _allow_many_connections() -> None:
    """Raise the limit of open files as far as the system lets: a browser tab takes several."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def environment(config: dict[str, Any], prefix: str = "STREAMLIT") -> dict[str, str]:
    """Turn the settings of a config.toml into the environment variables that Streamlit reads.

    Streamlit looks for the file in the working directory only; variables work from any folder.
    Variables and options that the user sets take precedence.

    Examples
    --------
    >>> environment({"server": {"maxUploadSize": 5, "enableCORS": True}})
    {'STREAMLIT_SERVER_MAX_UPLOAD_SIZE': '5', 'STREAMLIT_SERVER_ENABLE_CORS': 'true'}
    """
    variables = {}
    for key, value in config.items():
        name = f"{prefix}_{re.sub('(?<=[a-z0-9])(?=[A-Z])', '_', key).upper()}"
        if isinstance(value, dict):
            variables.update(environment(value, name))
        else:
            variables[name] = str(value).lower() if isinstance(value, bool) else str(value)
    return variables


if __name__ == "__main__":
    main()
