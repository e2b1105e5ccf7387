"""Decisions without the database: each web process keeps what it read about a product and hears of every change.

Postgres tells: triggers notify in the very transaction that pauses a video, sets shares or ends an experiment
(migration 0007); a thread listens. Notifications arrive in the order of their commits, so the thread also sends itself
a beat twice a second: one that came back proves that everything committed before it was sent has been heard. Nothing
is answered from memory once the last proof is older than STALE; the database is asked then, as it is inside a
transaction, which may see what others do not.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from typing import Generic, TypeVar
from uuid import uuid4

import psycopg
from django.db import Error, connection

CHANNEL = "vitrine_shelves"
BEAT, STALE = 0.5, 2.0
"""Seconds between two beats; age of the last proof up to which memory answers: a video that was paused longer ago
than this is in no decision."""
LONGEST = 60.0
"""Seconds after which a shelf is read again whatever was heard: merchants' own rows tell nothing."""
IDLE = 300.0
"""Seconds without a question after which the thread ends and gives its connection back."""
MOST = 20_000
"""Shelves of one process; about 2 kB each."""

log = logging.getLogger(__name__)
Shelf = TypeVar("Shelf")
Key = tuple[str, str]


@dataclass
class _Kept(Generic[Shelf]):
    shelf: Shelf
    merchant: int
    until: float


@dataclass
class Memory(Generic[Shelf]):
    """What is known by (merchant slug, SKU). `read` asks the database; `clock` counts seconds and never goes back."""

    read: Callable[[str, str], tuple[int, Shelf] | None]
    clock: Callable[[], float] = time.monotonic
    proven: float = float("-inf")
    """Everything committed before this moment has been heard."""
    heard: int = 0
    """How often something was heard: a shelf read meanwhile may be older than that, and is not kept."""
    kept: dict[Key, _Kept[Shelf]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def get(self, merchant: str, sku: str) -> Shelf | None:
        """From memory while that is proven to be true, otherwise from the database; None for what does not exist."""
        now, kept = self.clock(), self.kept.get((merchant, sku))
        if kept is not None and now <= min(kept.until, self.proven + STALE):
            return kept.shelf
        heard = self.heard
        found = self.read(merchant, sku)
        if found is None:
            return None
        with self.lock:
            if heard == self.heard:
                if len(self.kept) >= MOST:
                    self.kept.clear()
                self.kept[merchant, sku] = _Kept(found[1], found[0], now + LONGEST)
        return found[1]

    def change(self, merchant: int | None) -> None:
        """Forget what is known of a merchant; of all for None."""
        with self.lock:
            self.heard += 1
            gone = [key for key, one in self.kept.items() if merchant in (None, one.merchant)]
            for key in gone:
                del self.kept[key]

    def prove(self, moment: float) -> None:
        """All that was committed before this moment has been heard."""
        self.proven = max(self.proven, moment)

    def doubt(self) -> None:
        """Nothing is heard at present: forget all, and answer nothing from memory until the next proof."""
        self.proven = float("-inf")
        self.change(None)


class Listener:
    """Keeps one memory true, in a thread that starts with the first question and ends when nobody asks."""

    LISTEN = "listen {}"

    def __init__(self, memory: Memory[Shelf]) -> None:
        self.memory, self.asked, self.lock = memory, 0.0, Lock()
        self.thread: Thread | None = None
        self.ended = Event()

    def wake(self) -> None:
        """Somebody asked. After a fork the thread is missing, and starts anew."""
        self.asked = time.monotonic()
        if self.thread is None or not self.thread.is_alive():
            with self.lock:
                if self.thread is None or not self.thread.is_alive():
                    self.ended.clear()
                    self.thread = Thread(target=self._run, name="shelves", daemon=True)
                    self.thread.start()

    def stop(self) -> None:
        """End the thread within a beat."""
        self.ended.set()
        if self.thread is not None:
            self.thread.join(10 * BEAT)

    def _run(self) -> None:
        while self._is_wanted():
            try:
                self._listen()
            except (Error, psycopg.Error, OSError) as error:
                log.warning("Decisions are read from the database, because nothing is heard from it: %s", error)
                self.ended.wait(1.0)
            finally:
                self.memory.doubt()
                connection.close()

    def _listen(self) -> None:
        """Beat and hear over a connection of this thread's own."""
        own = f"vitrine_beat_{uuid4().hex}"
        connection.close()
        connection.ensure_connection()
        link = connection.connection
        for channel in (CHANNEL, own):
            link.execute(self.LISTEN.format(channel))
        self.memory.doubt()  # what was changed until now, nobody heard
        while self._is_wanted():
            link.execute("select pg_notify(%s, %s)", [own, repr(self.memory.clock())])
            for note in link.notifies(timeout=BEAT):
                if note.channel == own:
                    self.memory.prove(float(note.payload))
                else:
                    self.memory.change(int(note.payload) or None)

    def _is_wanted(self) -> bool:
        return not self.ended.is_set() and time.monotonic() < self.asked + IDLE
