"""What the demo's programs say: all of it into their log files, what matters onto the screen."""

import re
import sys
import threading
from pathlib import Path
from typing import IO

_LEVEL = re.compile(rb"^\d\d:\d\d:\d\d (\w+) ")  # as execora.ops.logging writes it in the demo
_QUIET = (b"debug", b"info")
_SHOWN = (b"Traceback ", b"login code for ")  # the second: execora/providers/codes.py
_MOST_BYTES = 10 * 1024 * 1024


class Output:
    """Reads one program's standard output to its end, in a thread of its own. Nothing is shown when `quiet`."""

    def __init__(self, name: str, stream: IO[bytes], log_path: Path, *, quiet: bool = False) -> None:
        self._name = name
        self._stream = stream
        self._log_path = log_path
        self._quiet = quiet
        self._thread = threading.Thread(target=self._read, name=f"{name} output", daemon=True)
        self._thread.start()

    def join(self) -> None:
        """Wait until the program's last line has been taken, for at most 2 s."""
        self._thread.join(2)

    def _read(self) -> None:
        shown = False
        with open_log(self._log_path) as log:
            for line in self._stream:
                log.write(line)
                log.flush()
                level = _LEVEL.match(line)
                if level is not None:
                    shown = level[1].lower() not in _QUIET
                elif line.startswith(_SHOWN):
                    shown = True
                if shown and not self._quiet:
                    print(f"{self._name:<7}| {line.decode(errors='replace').rstrip()}", file=sys.stderr, flush=True)


def open_log(path: Path) -> IO[bytes]:
    """Open a log file to append to; one that has grown large is put aside first, in place of the one before."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > _MOST_BYTES:
        path.replace(path.with_suffix(path.suffix + ".1"))
    return path.open("ab")


def last_lines(path: Path, count: int = 12) -> str:
    """Return the end of a log file, indented."""
    if not path.exists():
        return ""
    lines = path.read_text(errors="replace").splitlines()[-count:]
    return "\n".join(f"  {line}" for line in lines)
