"""Keeps contents in a bucket of S3 or whatever speaks as it does (MinIO, Ceph)."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

import boto3  # type: ignore[import-untyped]
from botocore.config import Config  # type: ignore[import-untyped]
from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]

from engine.model.attachments import AttachmentNotFound, AttachmentStoreUnavailable

CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = 5, 30, 3
GONE = frozenset({"NoSuchKey", "404"})


class S3Store:
    """A bucket. Who may use it is said in the usual AWS variables or by the machine's own role."""

    def __init__(
        self, *, bucket: str, prefix: str = "", endpoint: str | None, region: str | None
    ) -> None:
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._client: Any = boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name=region,
            config=Config(
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                retries={"max_attempts": ATTEMPTS, "mode": "standard"},
            ),
        )

    def put(self, key: str, content: BinaryIO, size: int) -> None:
        """Keep a content; it is complete once this returns."""
        self._ask("put_object", key, Body=content, ContentLength=size)

    def open(self, key: str) -> BinaryIO:
        """Return a content from its beginning; raise AttachmentNotFound when there is none."""
        return cast(BinaryIO, _Body(self._ask("get_object", key)["Body"]))

    def remove(self, key: str) -> None:
        """Remove a content; nothing happens when there is none."""
        self._ask("delete_object", key)

    def _ask(self, call: str, key: str, **values: Any) -> Any:
        try:
            return getattr(self._client, call)(
                Bucket=self._bucket, Key=self._prefix + key, **values
            )
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in GONE:
                raise AttachmentNotFound from error
            raise AttachmentStoreUnavailable from error
        except BotoCoreError as error:
            raise AttachmentStoreUnavailable from error


class _Body:
    """The stream of an answer: a connection that breaks while it is read is the store's trouble."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def read(self, size: int = -1) -> bytes:
        try:
            return bytes(self._body.read(size if size >= 0 else None))
        except (BotoCoreError, OSError) as error:
            raise AttachmentStoreUnavailable from error

    def close(self) -> None:
        self._body.close()
