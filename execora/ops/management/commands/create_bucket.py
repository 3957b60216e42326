"""`manage.py create_bucket`: the bucket of the recordings, in a store of one's own, before the first of them."""

import time
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.storage import storages
from django.core.management.base import BaseCommand, CommandError, CommandParser

_ASK_EVERY_SECONDS = 1.0


class Command(BaseCommand):
    help = "Make S3_BUCKET unless it is there, and wait for a store that is still starting."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--wait-seconds", type=int, default=60, help="for the store (default: %(default)s)")

    def handle(self, *args: Any, wait_seconds: int, **options: Any) -> None:
        if not settings.S3_BUCKET:
            raise CommandError("Set S3_BUCKET. Without it recordings are kept in a directory, which needs no bucket.")
        client = storages["recordings"].connection.meta.client  # type: ignore[attr-defined]  # S3Storage's
        deadline = time.monotonic() + wait_seconds
        while True:
            try:
                _ensure(client, settings.S3_BUCKET)
            except ClientError as fault:
                raise CommandError(f"The store refused: {fault}") from None
            except BotoCoreError as fault:
                if time.monotonic() > deadline:
                    raise CommandError(f"The store does not answer: {fault}") from None
                time.sleep(_ASK_EVERY_SECONDS)
            else:
                self.stdout.write(f"The bucket {settings.S3_BUCKET} is there.")
                return


def _ensure(client: Any, bucket: str) -> None:
    try:
        client.head_bucket(Bucket=bucket)
    except ClientError as fault:
        if fault.response["Error"]["Code"] not in ("404", "NoSuchBucket"):
            raise
        region = client.meta.region_name
        place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        client.create_bucket(Bucket=bucket, **place)
