"""Delivers due jobs within one process: threads for what is due, a tick for what falls due.

For SQLite, whose one owner this process is. Decides nothing: what a delivery means, `run_job` knows.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import UTC

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from engine.model.jobs import OUTWARD, Job, JobKind
from engine.process_engine import ProcessEngine
from engine.store import Transaction
from engine.store.due_jobs import DueJob

THREADS = 4
THREADS_OUTWARD = 4
"""For what waits for other systems: however long they take to answer, timers are not kept waiting."""
TICK_SECONDS = 0.5
DUE_AT_ONCE = 500

log = logging.getLogger(__name__)


class LocalExecutor:
    """Runs jobs in threads, at most one of each process instance at a time, the longest due first."""

    def __init__(self, *, threads: int = THREADS, tick_seconds: float = TICK_SECONDS) -> None:
        self._threads = threads
        self._tick_seconds = tick_seconds
        self._lock = threading.Lock()
        self._under_way: set[str] = set()
        self._asked_again: set[str] = set()
        self._futures: set[Future[None]] = set()
        self._engine: ProcessEngine | None = None
        self._run_job: Callable[[str, str], None] | None = None
        self._pool: ThreadPoolExecutor | None = None
        self._outward: ThreadPoolExecutor | None = None
        self._scheduler: BackgroundScheduler | None = None

    def dispatch(self, tx: Transaction, jobs: Sequence[Job]) -> None:
        gates = {job.process_instance_id or job.id: job.kind for job in jobs}

        def submit() -> None:
            for gate, kind in gates.items():
                self._submit(gate, kind)

        tx.after_commit(submit)

    def start(self, engine: ProcessEngine, run_job: Callable[[str, str], None]) -> None:
        if engine.store.is_sqlite:
            # This process is the database's one owner: whoever held a lease or a key is gone.
            with engine.store.system_transaction() as tx:
                tx.due_jobs.release_leases()
                tx.receipts.release()
        self._engine, self._run_job = engine, run_job
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="job")
        self._outward = ThreadPoolExecutor(THREADS_OUTWARD, thread_name_prefix="webhook")
        self._scheduler = BackgroundScheduler(timezone=UTC)
        self._scheduler.add_job(
            self._tick,
            IntervalTrigger(seconds=self._tick_seconds, timezone=UTC),
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,  # the default of one second skips a late tick silently
        )
        self._scheduler.start()

    def stop(self, grace: float) -> None:
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
        with self._lock:
            pools = (self._pool, self._outward)
            self._pool = self._outward = None
            under_way = list(self._futures)
        wait(under_way, timeout=grace)
        for pool in pools:
            if pool is not None:
                pool.shutdown(wait=False, cancel_futures=True)

    def _tick(self) -> None:
        assert self._engine is not None
        try:
            with self._engine.store.system_reading() as tx:
                due = tx.due_jobs.due(self._engine.clock.now(), limit=DUE_AT_ONCE)
        except Exception:
            # The next tick tries again; a tick that raised would be logged with its data.
            log.exception("could not look for due jobs")
            return
        for gate, kind in {job.gate: job.kind for job in due}.items():
            self._submit(gate, kind)

    def _submit(self, gate: str, kind: JobKind) -> None:
        with self._lock:
            pool = self._outward if kind in OUTWARD else self._pool
            if pool is None:
                return
            if gate in self._under_way:
                self._asked_again.add(gate)
                return
            self._under_way.add(gate)
            future = pool.submit(self._drain, gate, kind)
            self._futures.add(future)
        future.add_done_callback(self._forget)

    def _drain(self, gate: str, kind: JobKind) -> None:
        """Run the due jobs behind a gate one after the other until none is due."""
        try:
            self._run_due(gate)
        finally:
            with self._lock:
                self._under_way.discard(gate)
                again = gate in self._asked_again
                self._asked_again.discard(gate)
            if again:
                self._submit(gate, kind)

    def _run_due(self, gate: str) -> None:
        assert self._run_job is not None
        before: DueJob | None = None
        while self._pool is not None:
            job = self._next(gate)
            if job is None or job == before:
                return  # the same one again did not move: the next tick tries it, not this loop
            self._run_job(job.organisation, job.id)
            before = job

    def _next(self, gate: str) -> DueJob | None:
        assert self._engine is not None
        with self._engine.store.system_reading() as tx:
            return tx.due_jobs.next_of(gate, self._engine.clock.now())

    def _forget(self, future: Future[None]) -> None:
        with self._lock:
            self._futures.discard(future)
        if not future.cancelled() and future.exception() is not None:
            log.error("a job thread ended: %s", type(future.exception()).__name__)
