"""Where recordings are kept: a directory of this machine by default, an S3-compatible store by setting.

Both stand behind Django's storage API. Never called inside a transaction: a store may be slow or away.
"""

from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import IO
from urllib.parse import quote

import structlog
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.core.signing import Signer
from django.utils.crypto import constant_time_compare

from execora.core.errors import DomainError

log = structlog.get_logger(__name__)

LINK_SECONDS = 300
LOCAL_PATH = "/media/recordings/"
_FAULTS = (OSError, BotoCoreError, ClientError)
_signer = Signer(salt="execora.recordings")


class StorageUnavailable(DomainError):
    """The store did not do what it was asked; whether it did is not known. Retryable."""

    status = 503
    code = "STORAGE_UNAVAILABLE"
    message = "The store of recordings does not answer. Try again in a moment."


def keep(name: str, content: IO[bytes]) -> None:
    """Write an object. The name is new and of our own making, so that keeping it again after a fault does no harm.

    Raises:
        StorageUnavailable: as its name says.
    """
    storage = _storage()
    try:
        content.seek(0)
        if storage.exists(name):
            storage.delete(name)
        storage.save(name, File(content))
    except _FAULTS as fault:
        raise _told(fault) from fault


def remove(name: str) -> None:
    """Delete an object; one that is not there is deleted already.

    Raises:
        StorageUnavailable: as its name says.
    """
    try:
        _storage().delete(name)
    except FileNotFoundError:
        return
    except _FAULTS as fault:
        raise _told(fault) from fault


def link_to(name: str, *, now: datetime) -> str:
    """Return an address that hands out the object to anybody for 300 s: the store's own, or a path below LOCAL_PATH.

    Raises:
        StorageUnavailable: as its name says.
    """
    storage = _storage()
    if isinstance(storage, FileSystemStorage):
        expires = int((now + timedelta(seconds=LINK_SECONDS)).timestamp())
        return f"{LOCAL_PATH}{quote(name)}?expires={expires}&signature={_signature(name, str(expires))}"
    download = {"ResponseContentDisposition": f'attachment; filename="{PurePosixPath(name).name}"'}
    try:
        return storages["recording_links"].url(name, parameters=download, expire=LINK_SECONDS)  # type: ignore[call-arg]  # S3's
    except _FAULTS as fault:
        raise _told(fault) from fault


def opened_by_link(name: str, *, expires: str, signature: str, now: datetime) -> "File[bytes] | None":
    """Return the object of a local link, or None: the link is not ours, is over, or its object is gone."""
    storage = _storage()
    if not isinstance(storage, FileSystemStorage):
        return None
    if not constant_time_compare(signature.encode(), _signature(name, expires).encode()):
        return None
    # Signed, hence of our own making: a number, and a name that stays inside the directory.
    if int(expires) <= now.timestamp():
        return None
    try:
        return storage.open(name)
    except FileNotFoundError:
        return None


def _storage() -> Storage:
    return storages["recordings"]


def _signature(name: str, expires: str) -> str:
    return _signer.signature(f"{expires}:{name}")


def _told(fault: Exception) -> StorageUnavailable:
    log.warning("storage_failed", error_type=type(fault).__name__)
    return StorageUnavailable()
