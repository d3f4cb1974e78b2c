"""Files attached to a process instance: attach one to a task, read it, take it back.

The content is written before the record and removed after it, never inside a transaction.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import tempfile
from contextlib import closing, suppress
from datetime import datetime
from typing import BinaryIO, cast

from engine import advance
from engine.model.access import AccessKind
from engine.model.actors import Actor, Permission
from engine.model.attachments import (
    MOST_PER_INSTANCE,
    Attachment,
    AttachmentDamaged,
    AttachmentNotFound,
    AttachmentNotScanned,
    AttachmentRefused,
    AttachmentRules,
    AttachmentStore,
    AttachmentStoreUnavailable,
    AttachmentTooLarge,
    checked_name,
)
from engine.model.errors import RemitError
from engine.model.file_types import FILE_TYPES, FileType, recognised
from engine.model.history import HistoryEvent, HistoryKind
from engine.model.identifiers import new_id
from engine.model.user_tasks import UserTask
from engine.process_engine import ProcessEngine
from engine.store import Transaction

log = logging.getLogger("remit.attachments")

PART = 65_536
IN_MEMORY = 1_000_000
"""Bytes of a file that are held in memory while it is read; what is beyond them lies on disk."""
REFUSALS = (AttachmentRefused, AttachmentTooLarge, AttachmentNotScanned)


def attach(
    engine: ProcessEngine,
    *,
    by: Actor,
    task_id: str,
    name: str,
    content: BinaryIO,
    field: str = "",
) -> Attachment:
    """Attach a file to an open task's instance; `field` is the question that it answers, "" for none.

    `content` must be seekable. Raises AttachmentRefused, AttachmentTooLarge, AttachmentNotScanned,
    AttachmentStoreUnavailable, or what a task raises that is not the actor's to do: nothing is kept
    then, and a refusal is written down.
    """
    with engine.reading(by.organisation) as tx:
        task, _, number = tx.user_tasks.with_instance(task_id)
        _check_workable(task, by)
        rules = engine.catalogues.of(tx, number).organisation.attachments
    try:
        kind, size, digest = _inspected(engine, rules, checked_name(name), content)
    except REFUSALS as refused:
        refusal(engine, by=by, task_id=task_id, code=refused.code)
        raise
    record = Attachment(
        id=new_id(),
        organisation=by.organisation,
        process_instance_id=task.process_instance_id,
        user_task_id=task.id,
        field=field,
        name=checked_name(name),
        content_type=kind.content_type,
        size=size,
        sha256=digest,
        attached_at=engine.clock.now(),
        attached_by=by.user,
    )
    store = _store(engine)
    content.seek(0)
    store.put(record.key, content, size)
    try:
        _record(engine, by, record)
    except BaseException:
        with suppress(RemitError):
            store.remove(record.key)
        raise
    return record


def read(engine: ProcessEngine, *, by: Actor, attachment_id: str) -> tuple[Attachment, BinaryIO]:
    """Return a file with its content, which is what was attached; the reading is written down.

    For those who may read the instance, and for those whose task it was attached to. Raises
    AttachmentNotFound, AttachmentDamaged or AttachmentStoreUnavailable.
    """
    with engine.reading(by.organisation) as tx:
        record = _visible(tx, attachment_id, by)
    content = _fetched(_store(engine), record)
    with engine.transaction(by.organisation) as tx:
        tx.access_events.add(
            AccessKind.ATTACHMENT_READ,
            user=by.user,
            about=f"file {record.id} of instance {record.process_instance_id}",
            now=engine.clock.now(),
        )
    return record, content


def of_instance(engine: ProcessEngine, *, by: Actor, instance_id: str) -> tuple[Attachment, ...]:
    """Return an instance's files, in the order in which they were attached."""
    by.check(Permission.READ_INSTANCES)
    with engine.reading(by.organisation) as tx:
        tx.process_instances.get(instance_id)
        return tx.attachments.of_instance(instance_id)


def remove(engine: ProcessEngine, *, by: Actor, task_id: str, attachment_id: str) -> None:
    """Take a file back while its task is open: its content goes, that it was there stays history.

    For whoever attached it, and for those who may do every task.
    """
    with engine.transaction(by.organisation) as tx:
        task, instance, number = tx.user_tasks.lock(task_id)
        _check_workable(task, by)
        record = tx.attachments.find(attachment_id)
        if record is None or record.user_task_id != task.id:
            raise AttachmentNotFound
        if record.attached_by not in by.users and not by.may(Permission.WORK_ALL_TASKS):
            raise AttachmentNotFound
        now = engine.clock.now()
        tx.attachments.remove(record.id, now=now, by=by.user)
        event = _event(HistoryKind.ATTACHMENT_REMOVED, task, record, by, now=now)
        advance.record(engine, tx, engine.catalogues.of(tx, number), instance, event)
    _store(engine).remove(record.key)


def refusal(engine: ProcessEngine, *, by: Actor, task_id: str, code: str) -> None:
    """Write down that a file was refused and why; never its name, which may tell a story."""
    with engine.transaction(by.organisation) as tx:
        tx.access_events.add(
            AccessKind.ATTACHMENT_REFUSED,
            user=by.user,
            about=f"{code}: task {task_id}",
            now=engine.clock.now(),
        )


def _check_workable(task: UserTask, by: Actor) -> None:
    task.check_workable_by(by)
    task.check_open()
    task.check_not_taken_from(by)
    task.check_not_excluded(by.user)


def _inspected(
    engine: ProcessEngine, rules: AttachmentRules, name: str, content: BinaryIO
) -> tuple[FileType, int, str]:
    """Return a file's type, size and SHA-256 when it may be attached; raise what forbids it."""
    size, digest = _measured(content, rules)
    if size == 0:
        raise AttachmentRefused("The file is empty. Choose another one.")
    kind = recognised(name, content)
    if kind is None or kind.ending not in rules.types:
        allowed = ", ".join(ending.upper() for ending in rules.types if ending in FILE_TYPES)
        raise AttachmentRefused(
            f"The file must be one of these, and hold what its name says: {allowed}."
        )
    if engine.attachment_scanner is not None:
        content.seek(0)
        engine.attachment_scanner.check(content)
    return kind, size, digest


def _measured(content: BinaryIO, rules: AttachmentRules) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    content.seek(0)
    while part := content.read(PART):
        size += len(part)
        if size > rules.largest:
            raise AttachmentTooLarge(rules.largest_mb)
        digest.update(part)
    return size, digest.hexdigest()


def _record(engine: ProcessEngine, by: Actor, record: Attachment) -> None:
    with engine.transaction(by.organisation) as tx:
        task, instance, number = tx.user_tasks.lock(record.user_task_id)
        _check_workable(task, by)
        if tx.attachments.count(record.process_instance_id) >= MOST_PER_INSTANCE:
            raise AttachmentRefused(
                f"There are {MOST_PER_INSTANCE} files here already, which is the most."
            )
        tx.attachments.add(record)
        event = _event(HistoryKind.ATTACHMENT_ADDED, task, record, by, now=record.attached_at)
        advance.record(engine, tx, engine.catalogues.of(tx, number), instance, event)


def _event(
    kind: HistoryKind, task: UserTask, record: Attachment, by: Actor, *, now: datetime
) -> HistoryEvent:
    return HistoryEvent(
        kind,
        at=now,
        element_id=task.element_id,
        element_name=task.name,
        token_id=task.id,
        by=by.user,
        data={**record.answer, "field": record.field},
    )


def _visible(tx: Transaction, attachment_id: str, by: Actor) -> Attachment:
    record = tx.attachments.find(attachment_id)
    if record is None:
        raise AttachmentNotFound
    if not by.may(Permission.READ_INSTANCES) and not tx.user_tasks.get(record.user_task_id).is_for(
        by
    ):
        raise AttachmentNotFound
    return record


def _fetched(store: AttachmentStore, record: Attachment) -> BinaryIO:
    """Return a content once it is known to be what was attached."""
    kept = cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115
    with closing(store.open(record.key)) as source:
        shutil.copyfileobj(source, kept, PART)
    size, digest = kept.tell(), hashlib.sha256()
    kept.seek(0)
    while part := kept.read(PART):
        digest.update(part)
    if size != record.size or digest.hexdigest() != record.sha256:
        log.error("file %s is not what was attached", record.id)
        kept.close()
        raise AttachmentDamaged
    kept.seek(0)
    return kept


def _store(engine: ProcessEngine) -> AttachmentStore:
    if engine.attachment_store is None:
        raise AttachmentStoreUnavailable
    return engine.attachment_store
