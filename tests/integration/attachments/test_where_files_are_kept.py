"""A folder and a bucket keep contents alike; a scanner is a command that reads one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from engine.attachment_stores import store_at
from engine.attachment_stores.scanning import CommandScanner
from engine.model.attachments import (
    AttachmentNotFound,
    AttachmentNotScanned,
    AttachmentRefused,
    AttachmentStore,
    AttachmentStoreUnavailable,
)

KEY = "town/0123/4567"
CONTENT = b"a picture of a ladder" * 10_000


@pytest.fixture(params=["folder", "bucket"])
def store(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[AttachmentStore]:
    """One of the two places, empty."""
    if request.param == "folder":
        yield store_at(str(tmp_path / "files"))
        return
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "of-these-tests")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-these-tests")
    with mock_aws():
        boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="files")
        yield store_at("s3://files/remit?region=us-east-1")


def test_a_content_comes_back_as_it_was(store: AttachmentStore) -> None:
    store.put(KEY, BytesIO(CONTENT), len(CONTENT))
    content = store.open(KEY)
    assert content.read(7) + content.read() == CONTENT
    content.close()


def test_a_content_that_is_removed_is_gone_and_may_be_removed_again(
    store: AttachmentStore,
) -> None:
    store.put(KEY, BytesIO(CONTENT), len(CONTENT))
    store.remove(KEY)
    store.remove(KEY)
    with pytest.raises(AttachmentNotFound):
        store.open(KEY)


def test_what_was_never_there_is_not_found(store: AttachmentStore) -> None:
    with pytest.raises(AttachmentNotFound):
        store.open(KEY)


def test_a_folder_keeps_nothing_that_is_not_whole(tmp_path: Path) -> None:
    store = store_at(str(tmp_path))
    with pytest.raises(AttachmentStoreUnavailable):
        store.put(KEY, BytesIO(CONTENT), len(CONTENT) + 1)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("key", ["../outside", "/etc/passwd", "town/../../x", "town//x", ""])
def test_a_folder_is_never_left(tmp_path: Path, key: str) -> None:
    store = store_at(str(tmp_path / "files"))
    with pytest.raises(AttachmentNotFound):
        store.put(key, BytesIO(b"x"), 1)
    with pytest.raises(AttachmentNotFound):
        store.open(key)


def test_files_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    store_at(str(tmp_path)).put(KEY, BytesIO(b"x"), 1)
    assert (tmp_path / KEY).stat().st_mode & 0o077 == 0


def test_a_bucket_that_is_not_there_is_said_to_be_out_of_reach(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "of-these-tests")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-these-tests")
    with mock_aws():
        store = store_at("s3://nowhere?region=us-east-1")
        with pytest.raises(AttachmentStoreUnavailable):
            store.put(KEY, BytesIO(b"x"), 1)


@pytest.mark.parametrize("place", ["s3://", "s3://key:secret@files/x", "s3://files?color=blue"])
def test_a_place_that_is_none_is_refused(place: str) -> None:
    with pytest.raises(ValueError, match=r"s3://bucket"):
        store_at(place)


def scanner(code: str, seconds: float = 20) -> CommandScanner:
    return CommandScanner((sys.executable, "-c", code), seconds=seconds)


READS_HARM = "import sys; sys.exit(1 if b'EICAR' in sys.stdin.buffer.read() else 0)"


def test_a_scanner_reads_the_content_and_says_what_is_harmful() -> None:
    scanner(READS_HARM).check(BytesIO(b"a letter"))
    with pytest.raises(AttachmentRefused, match="virus"):
        scanner(READS_HARM).check(BytesIO(b"EICAR" * 100))


@pytest.mark.parametrize(
    ("code", "seconds"), [("import sys; sys.exit(2)", 20), ("import time; time.sleep(30)", 0.3)]
)
def test_a_scanner_that_cannot_say_clears_nothing(code: str, seconds: float) -> None:
    with pytest.raises(AttachmentNotScanned):
        scanner(code, seconds).check(BytesIO(b"a letter"))


def test_a_scanner_that_is_not_installed_clears_nothing() -> None:
    with pytest.raises(AttachmentNotScanned):
        CommandScanner(("no-such-scanner",)).check(BytesIO(b"a letter"))
