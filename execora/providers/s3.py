"""The S3-compatible store, told for whom each call is made."""

from typing import Any

from boto3.s3.transfer import TransferConfig
from storages.backends.s3 import S3Storage

from execora.ops.correlation import HEADER, current_correlation_id


class CorrelatedS3Storage(S3Storage):  # type: ignore[misc]  # django-storages has no types
    """Sends the correlation id along. Uploads stay in the caller's thread, where the id is known."""

    def get_default_settings(self) -> dict[str, Any]:
        return {**super().get_default_settings(), "transfer_config": TransferConfig(use_threads=False)}

    @property
    def connection(self) -> Any:
        """Return this thread's connection, as S3Storage makes it."""
        is_new = getattr(self._connections, "connection", None) is None
        made = super().connection
        if is_new:
            made.meta.client.meta.events.register("before-call.s3", _add_correlation_id)
        return made


def _add_correlation_id(params: dict[str, Any], **_: Any) -> None:
    if correlation_id := current_correlation_id():
        params["headers"][HEADER] = correlation_id
