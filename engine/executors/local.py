"""Delivers due jobs within one process: threads for what is due, a tick for what falls due.

For SQLite, whose one owner this process is. Decides nothing: what a delivery means, `run_job` knows.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from engine.executors.threads import Threads
from engine.model.jobs import LANE_OF, Job, Lane
from engine.process_engine import ProcessEngine
from engine.store import Transaction
from engine.store.due_jobs import DueJob, Gate

THREADS = 4
THREADS_TO_HANDLERS = 4
THREADS_OUTWARD = 4
"""For what waits for other systems: however long they take to answer, timers are not kept waiting."""
TICK_SECONDS = 0.5
DUE_AT_ONCE = 500
PATIENCE_SECONDS = 60.0
"""How long a handler may take. What goes outward has its own limits for each attempt."""

log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class _Round:
    """One thread's turn behind a gate, and the job it is at."""

    thread: threading.Thread | None = None
    job: DueJob | None = None
    since: float = field(default=0.0)


class LocalExecutor:
    """Runs jobs in threads, the longest due first: at most one of each lane of an instance at a time.

    A handler that does not answer within `patience_seconds` has failed: its job is given back, its
    place goes to another thread, and its late answer is ignored.
    """

    def __init__(
        self,
        *,
        threads: int = THREADS,
        tick_seconds: float = TICK_SECONDS,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._numbers: Mapping[Lane, int] = {
            Lane.MOVES: threads,
            Lane.HANDLERS: THREADS_TO_HANDLERS,
            Lane.OUTWARD: THREADS_OUTWARD,
        }
        self._tick_seconds = tick_seconds
        self._patience_seconds = patience_seconds
        self._lock = threading.Lock()
        self._under_way: dict[Gate, _Round] = {}
        self._asked_again: set[Gate] = set()
        self._engine: ProcessEngine | None = None
        self._run_job: Callable[[str, str], None] | None = None
        self._give_up: Callable[[str, str], None] | None = None
        self._pools: Mapping[Lane, Threads] = {}
        self._scheduler: BackgroundScheduler | None = None

    def dispatch(self, tx: Transaction, jobs: Sequence[Job]) -> None:
        gates = {Gate(job.process_instance_id or job.id, LANE_OF[job.kind]) for job in jobs}

        def submit() -> None:
            for gate in gates:
                self._submit(gate)

        tx.after_commit(submit)

    def start(
        self,
        engine: ProcessEngine,
        run_job: Callable[[str, str], None],
        give_up: Callable[[str, str], None],
    ) -> None:
        if engine.store.is_sqlite:
            # This process is the database's one owner: whoever held a lease or a key is gone.
            with engine.store.system_transaction() as tx:
                tx.due_jobs.release_leases()
                tx.receipts.release()
        self._engine, self._run_job, self._give_up = engine, run_job, give_up
        self._pools = {lane: Threads(number, lane) for lane, number in self._numbers.items()}
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
            pools, self._pools = self._pools, {}
        until = time.monotonic() + grace
        for pool in pools.values():
            pool.stop(max(until - time.monotonic(), 0))

    def _tick(self) -> None:
        assert self._engine is not None
        try:
            self._give_up_handlers()
            with self._engine.store.system_reading() as tx:
                due = tx.due_jobs.due(self._engine.clock.now(), limit=DUE_AT_ONCE)
        except Exception:
            # The next tick tries again; a tick that raised would be logged with its data.
            log.exception("could not look for due jobs")
            return
        for gate in dict.fromkeys(job.gate for job in due):
            self._submit(gate)

    def _give_up_handlers(self) -> None:
        assert self._give_up is not None
        given_up: list[DueJob] = []
        limit = time.monotonic() - self._patience_seconds
        with self._lock:
            for gate, turn in list(self._under_way.items()):
                if gate.lane is Lane.HANDLERS and turn.job is not None and turn.since < limit:
                    del self._under_way[gate]
                    given_up.append(turn.job)
                    if gate.lane in self._pools and turn.thread is not None:
                        self._pools[gate.lane].give_up(turn.thread)
        for job in given_up:
            self._give_up(job.organisation, job.id)

    def _submit(self, gate: Gate) -> None:
        with self._lock:
            pool = self._pools.get(gate.lane)
            if pool is None:
                return
            if gate in self._under_way:
                self._asked_again.add(gate)
                return
            turn = self._under_way[gate] = _Round()
            pool.submit(lambda: self._drain(gate, turn))

    def _drain(self, gate: Gate, turn: _Round) -> None:
        """Run the due jobs behind a gate one after the other until none is due."""
        turn.thread = threading.current_thread()
        try:
            self._run_due(gate, turn)
        finally:
            with self._lock:
                ours = self._under_way.get(gate) is turn
                if ours:
                    del self._under_way[gate]
                again = ours and gate in self._asked_again
                if ours:
                    self._asked_again.discard(gate)
            if again:
                self._submit(gate)

    def _run_due(self, gate: Gate, turn: _Round) -> None:
        assert self._run_job is not None
        before: DueJob | None = None
        while self._pools and self._under_way.get(gate) is turn:
            job = self._next(gate)
            if job is None or job == before:
                return  # the same one again did not move: the next tick tries it, not this loop
            turn.since, turn.job = time.monotonic(), job
            self._run_job(job.organisation, job.id)
            turn.job = None
            before = job

    def _next(self, gate: Gate) -> DueJob | None:
        assert self._engine is not None
        with self._engine.store.system_reading() as tx:
            return tx.due_jobs.next_of(gate, self._engine.clock.now())
