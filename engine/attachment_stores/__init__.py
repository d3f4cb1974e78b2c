"""Where the contents of attached files are kept, and what looks at them first. Decides nothing."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from engine.attachment_stores.folder import FolderStore
from engine.model.attachments import AttachmentStore

S3 = "s3://"
S3_OPTIONS = frozenset({"endpoint", "region"})


def store_at(place: str) -> AttachmentStore:
    """Return the store at a place: a folder, or `s3://bucket/prefix?endpoint=...&region=...`.

    Raises ValueError for a place that is neither. Reaches nothing yet.
    """
    if not place.startswith(S3):
        return FolderStore(Path(place))
    parts = urlsplit(place)
    options = parse_qs(parts.query, strict_parsing=bool(parts.query))
    if not parts.hostname or parts.username or not options.keys() <= S3_OPTIONS:
        raise ValueError(
            "must be a folder or s3://bucket/prefix?endpoint=https://...&region=...; keys are "
            "never part of it"
        )
    # boto3 takes a third of a second to load: only for those who use it.
    from engine.attachment_stores.s3 import S3Store

    return S3Store(
        bucket=parts.hostname,
        prefix=parts.path.strip("/"),
        endpoint=options.get("endpoint", [None])[0],
        region=options.get("region", [None])[0],
    )
