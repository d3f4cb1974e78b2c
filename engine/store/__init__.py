"""Keeps everything, and is the only code that knows SQLAlchemy. Decides nothing."""

from engine.store.unit_of_work import Statistics, Store, SystemTransaction, Transaction

__all__ = ["Statistics", "Store", "SystemTransaction", "Transaction"]
