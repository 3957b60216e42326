"""Recordings in a directory and in an S3-compatible store, the real client against moto's server on loopback."""

import http.client
import io
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from botocore.config import Config
from django.core.files.storage import storages
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from execora.ops.correlation import bind_correlation_id
from execora.providers import storage

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

NAME = "shop/session/recording.wav"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
KEYS = {"access_key": "of-the-tests", "secret_key": "of-the-tests-too"}


# Method and correlation id of each call that the store has answered.
calls: list[tuple[str, str]] = []


def remembering(store: Any) -> Callable[[dict[str, Any], Any], Any]:
    def answer(environ: dict[str, Any], start_response: Any) -> Any:
        calls.append((environ["REQUEST_METHOD"], environ.get("HTTP_X_CORRELATION_ID", "")))
        return store(environ, start_response)

    return answer


@pytest.fixture(scope="module")
def s3_url() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, remembering(DomainDispatcherApplication(create_backend_app)), threaded=True)
    thread = threading.Thread(target=server.serve_forever, name="moto", daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(10)


@pytest.fixture
def s3(s3_url: str, settings: "SettingsWrapper") -> str:
    keys = {"aws_access_key_id": KEYS["access_key"], "aws_secret_access_key": KEYS["secret_key"]}
    boto3.client("s3", endpoint_url=s3_url, region_name="us-east-1", **keys).create_bucket(Bucket="recordings")
    _use_s3(settings, s3_url)
    return s3_url


def _use_s3(settings: "SettingsWrapper", url: str) -> None:
    options = {
        **KEYS,
        "bucket_name": "recordings",
        "endpoint_url": url,
        "region_name": "us-east-1",
        "client_config": Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            connect_timeout=1,
            read_timeout=5,
            retries={"total_max_attempts": 1},
        ),
    }
    store = {"BACKEND": "execora.providers.s3.CorrelatedS3Storage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "recordings": store, "recording_links": store}


@pytest.fixture
def directory(settings: "SettingsWrapper", tmp_path: Path) -> Path:
    options = {"location": tmp_path, "file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
    here = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "recordings": here, "recording_links": here}
    return tmp_path


def fetched(url: str) -> tuple[int, bytes, str]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    connection.request("GET", f"{parts.path}?{parts.query}")
    answer = connection.getresponse()
    return answer.status, answer.read(), answer.headers.get("Content-Disposition", "")


def test_a_link_of_the_store_is_signed_for_300_seconds_and_hands_out_the_object(s3: str) -> None:
    storage.keep(NAME, io.BytesIO(b"RIFF"))
    url = storage.link_to(NAME, now=NOW)
    assert parse_qs(urlsplit(url).query)["X-Amz-Expires"] == ["300"]
    assert fetched(url) == (200, b"RIFF", 'attachment; filename="recording.wav"')


def test_an_object_is_kept_again_in_its_place_and_gone_when_removed(s3: str) -> None:
    storage.keep(NAME, io.BytesIO(b"first"))
    storage.keep(NAME, io.BytesIO(b"second"))
    url = storage.link_to(NAME, now=NOW)
    assert fetched(url)[1] == b"second"
    storage.remove(NAME)
    assert not storages["recordings"].exists(NAME)
    assert fetched(url)[0] >= 400
    storage.remove(NAME)


def test_each_call_tells_for_whom_it_is_made_and_a_link_does_not(s3: str) -> None:
    calls.clear()
    with bind_correlation_id("keeps-a-recording"):
        storage.keep(NAME, io.BytesIO(b"RIFF" * 3_000_000))
        url = storage.link_to(NAME, now=NOW)
    storage.remove(NAME)
    assert {call for call in calls if call[0] != "DELETE"} == {
        (method, "keeps-a-recording") for method in ("HEAD", "POST", "PUT")
    }
    assert ("DELETE", "") in calls
    assert "orrelation" not in url


def test_a_store_that_is_away_is_told_as_unavailable(settings: "SettingsWrapper") -> None:
    _use_s3(settings, "http://127.0.0.1:9")
    with pytest.raises(storage.StorageUnavailable):
        storage.keep(NAME, io.BytesIO(b"RIFF"))
    with pytest.raises(storage.StorageUnavailable):
        storage.remove(NAME)


def test_in_a_directory_only_the_server_may_read(directory: Path) -> None:
    storage.keep(NAME, io.BytesIO(b"RIFF"))
    storage.keep(NAME, io.BytesIO(b"again"))
    path = directory / NAME
    assert (path.read_bytes(), path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (
        b"again",
        0o600,
        0o700,
    )
    assert sorted(directory.rglob("*.wav")) == [path]
    storage.remove(NAME)
    storage.remove(NAME)
    assert not path.exists()


@pytest.mark.parametrize(
    ("expires", "signature"), [("1", "x"), ("", ""), ("x", "é"), ("9" * 40, ""), ("1800000000", "x" * 5000)]
)
def test_a_forged_link_opens_nothing(directory: Path, expires: str, signature: str) -> None:
    storage.keep(NAME, io.BytesIO(b"RIFF"))
    assert storage.opened_by_link(NAME, expires=expires, signature=signature, now=NOW) is None
    assert storage.opened_by_link("../../etc/passwd", expires=expires, signature=signature, now=NOW) is None
