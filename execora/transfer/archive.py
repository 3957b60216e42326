"""The file that a shop leaves in: a ZIP with a manifest that names every other file in it, its size and its SHA-256."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

MANIFEST = "manifest.json"
FORMAT = 1
MOST_MANIFEST_BYTES = 1 << 20
MOST_LINE_BYTES = 4 << 20
MOST_BYTES = 64 << 30
# JSON lines shrink to a tenth or less; what would grow more than this was made to.
MOST_GROWTH = 400
_CHUNK = 1 << 20


class ArchiveRefused(Exception):
    """The file is not one that can be taken in; the text says what is wrong."""


class ArchiveWriter:
    """Write files into a ZIP one after another and remember what the manifest says of each."""

    def __init__(self, path: str) -> None:
        self._zip = zipfile.ZipFile(path, "x", compression=zipfile.ZIP_DEFLATED)
        self.files: dict[str, dict[str, Any]] = {}

    def write(self, name: str, pieces: Iterator[bytes]) -> None:
        """Write a file from pieces, one row each."""
        digest, size, rows = hashlib.sha256(), 0, 0
        with self._zip.open(name, "w", force_zip64=True) as target:
            for piece in pieces:
                target.write(piece)
                digest.update(piece)
                size += len(piece)
                rows += 1
        self.files[name] = {"sha256": digest.hexdigest(), "bytes": size, "rows": rows}

    def finish(self, facts: dict[str, Any]) -> None:
        """Write the manifest and close the file."""
        manifest = {"format": FORMAT, **facts, "files": self.files}
        self._zip.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True))
        self._zip.close()


class ArchiveReader:
    """A file whose every byte is what its manifest says. Nothing of it is unpacked to disk."""

    def __init__(self, opened: zipfile.ZipFile) -> None:
        self._zip = opened
        self.manifest = self._manifest()
        self.files: dict[str, dict[str, Any]] = self.manifest["files"]
        self._check_names()
        for name in sorted(self.files):
            self._check(name)

    def lines(self, name: str) -> Iterator[str]:
        """Yield the lines of a file that was checked.

        Raises:
            ArchiveRefused: a line is too long.
        """
        with self._zip.open(name) as source:
            while line := source.readline(MOST_LINE_BYTES + 1):
                if len(line) > MOST_LINE_BYTES or not line.endswith(b"\n"):
                    raise ArchiveRefused(f"{name} has a line that is too long, or does not end.")
                yield line[:-1].decode()

    def _manifest(self) -> dict[str, Any]:
        try:
            info = self._zip.getinfo(MANIFEST)
            if info.file_size > MOST_MANIFEST_BYTES:
                raise ArchiveRefused(f"{MANIFEST} is too large.")
            with self._zip.open(info) as source:
                found = json.loads(_whole(source, MOST_MANIFEST_BYTES))
        except KeyError as fault:
            raise ArchiveRefused(f"{MANIFEST} is missing: this is no export of a shop.") from fault
        except (ValueError, zipfile.BadZipFile, OSError) as fault:
            raise ArchiveRefused(f"{MANIFEST} cannot be read: {fault}") from fault
        if not isinstance(found, dict) or found.get("format") != FORMAT or not isinstance(found.get("files"), dict):
            raise ArchiveRefused(f"{MANIFEST} is not of format {FORMAT}.")
        return found

    def _check_names(self) -> None:
        names = [info.filename for info in self._zip.infolist()]
        twice = {name for name in names if names.count(name) > 1}
        missing, unknown = self.files.keys() - set(names), set(names) - self.files.keys() - {MANIFEST}
        for what, found in (("twice", twice), ("missing", missing), ("not in the manifest", unknown)):
            if found:
                raise ArchiveRefused(f"In the file {what}: {', '.join(sorted(found))}.")
        size = sum(info.file_size for info in self._zip.infolist())
        if size > MOST_BYTES or size > MOST_GROWTH * sum(info.compress_size for info in self._zip.infolist()):
            raise ArchiveRefused(f"It would grow to {size} bytes, which is more than an export does.")

    def _check(self, name: str) -> None:
        """Refuse a file that is not what the manifest says, without reading more of it than that."""
        said, digest, size = self.files[name], hashlib.sha256(), 0
        try:
            with self._zip.open(name) as source:
                while piece := source.read(_CHUNK):
                    digest.update(piece)
                    size += len(piece)
                    if size > said["bytes"]:
                        break
        except (zipfile.BadZipFile, OSError, EOFError, ValueError, zipfile.zlib.error) as fault:  # type: ignore[attr-defined]
            raise ArchiveRefused(f"{name} cannot be read: {fault}") from fault
        if size != said["bytes"] or digest.hexdigest() != said["sha256"]:
            raise ArchiveRefused(f"{name} is not as it was exported: its SHA-256 is another.")


def _whole(source: IO[bytes], most: int) -> bytes:
    held = io.BytesIO(source.read(most + 1))
    if len(held.getvalue()) > most:
        raise ArchiveRefused(f"{MANIFEST} is too large.")
    return held.getvalue()


@contextmanager
def opened(path: str) -> Iterator[ArchiveReader]:
    """Open and check a file.

    Raises:
        ArchiveRefused: it is no ZIP, or not what its manifest says.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as fault:
        raise ArchiveRefused(f"This is no ZIP file: {fault}") from fault
    with archive:
        yield ArchiveReader(archive)
