"""Where printed documents are kept: a directory of this machine by default, an S3-compatible store by setting.

A document can always be printed again, so a store that is away is a line in the log and nothing more. Never called inside a
transaction: a store may be slow.
"""

import structlog
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile
from django.core.files.storage import storages

log = structlog.get_logger(__name__)

_FAULTS = (OSError, BotoCoreError, ClientError)
_END = b"%%EOF"


def kept_document(name: str) -> bytes | None:
    """Return a PDF that was kept whole under this name, or None."""
    try:
        with storages["documents"].open(name) as file:
            content: bytes = file.read()
    except FileNotFoundError:
        return None
    except _FAULTS as fault:
        log.warning("document_store_failed", error_type=type(fault).__name__)
        return None
    # One that is just being written, or whose writer was killed, has no end yet.
    return content if content.rstrip().endswith(_END) else None


def keep_document(name: str, content: bytes) -> None:
    """Keep a PDF under a name that stands for its content, so that keeping it twice does no harm."""
    try:
        storages["documents"].save(name, ContentFile(content))
    except _FAULTS as fault:
        log.warning("document_store_failed", error_type=type(fault).__name__)
