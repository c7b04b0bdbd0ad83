"""The toxics of one link, in order: what goes in, what comes out, and when. Pure, so it runs under any clock."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from stormproof_chaos.engine.toxic import bystander
from stormproof_chaos.engine.toxics.machine import NEVER


if TYPE_CHECKING:
    from collections.abc import Iterable

    from stormproof_chaos.engine.draws import Draws
    from stormproof_chaos.engine.toxic import Toxic
    from stormproof_chaos.engine.toxics.machine import Item, Release


# The draw that decides whether a toxic chooses a link stands before the first byte of the stream.
_BEFORE_THE_FIRST_BYTE = -1


class Stage:
    """One toxic on one link: its machine, and what the machine holds back."""

    __slots__ = ("_draws", "_ended", "_last", "_machine", "_queue", "chosen", "held", "toxic")

    def __init__(self, toxic: Toxic, draws: Draws, now: float) -> None:
        self.toxic = toxic
        self.held = 0
        self._draws = draws
        self._queue: deque[Release] = deque()
        self._last = now
        self._ended = False
        self._begin(toxic, now)

    @property
    def due(self) -> float:
        """Return when something happens here if nothing arrives before."""
        head = self._queue[0][0] if self._queue else NEVER
        return head if self._ended else min(head, self._machine.alarm)

    @property
    def full(self) -> bool:
        """Tell whether more is held than the toxic wants."""
        return self.held >= self._machine.capacity

    def feed(self, item: Item, now: float) -> None:
        """Take *item*; nothing is taken after an ending."""
        if not self._ended:
            self._hold(self._machine.feed(item, now))

    def pop(self) -> Iterable[Release]:
        """Let what is due happen, and return what leaves by it."""
        if self._queue and (self._ended or self._queue[0][0] <= self._machine.alarm):
            return (self._take(),)
        now, self._machine.alarm = self._machine.alarm, NEVER
        self._hold(self._machine.ring(now))
        return ()

    def change(self, toxic: Toxic, now: float) -> Iterable[Item]:
        """Become *toxic*, return the chunks let go by that; an ending that was held is held anew."""
        chunks, endings = self._let_go()
        if toxic.chooses(self._chance) == self.chosen:
            self.toxic = toxic
            self._restart(now)
        else:
            endings = [*endings, *self._parting()]
            self._begin(toxic, now)
        for ending in endings:
            self.feed(ending, now)
        return chunks

    def remove(self) -> Iterable[Item]:
        """Return all that was held, and the ending without which the stream would be a lie."""
        chunks, endings = self._let_go()
        return [*chunks, *(endings or self._parting())]

    @property
    def _chance(self) -> float:
        return self._draws.uniform(_BEFORE_THE_FIRST_BYTE)

    def _begin(self, toxic: Toxic, now: float) -> None:
        self.toxic = toxic
        self.chosen = toxic.chooses(self._chance)
        self._machine = toxic.machine(self._draws) if self.chosen else bystander(self._draws)
        self._machine.start(now)

    def _restart(self, now: float) -> None:
        if self.chosen:
            self._machine.attributes = self.toxic.attributes
            self._machine.start(now)

    def _parting(self) -> list[Item]:
        ending = self._machine.leave()
        return [] if ending is None or self._ended else [ending]

    def _hold(self, releases: Iterable[Release]) -> None:
        for at, item in releases:
            self._last = max(self._last, at)
            self._queue.append((self._last, item))
            if isinstance(item, bytes):
                self.held += len(item)
            else:
                self._ended = True
                return

    def _take(self) -> Release:
        release = self._queue.popleft()
        if isinstance(release[1], bytes):
            self.held -= len(release[1])
        return release

    def _let_go(self) -> tuple[list[Item], list[Item]]:
        items = [item for _, item in self._queue]
        self._queue.clear()
        endings: list[Item] = [item for item in items if not isinstance(item, bytes)]
        self.held, self._last, self._ended = 0, 0.0, self._ended and not endings
        return [item for item in items if isinstance(item, bytes)], endings


class Chain:
    """The stages of one link; each call returns what comes out of the last one, in order."""

    __slots__ = ("stages",)

    def __init__(self) -> None:
        self.stages: list[Stage] = []

    @property
    def due(self) -> float:
        """Return when to call `advance`, at the latest."""
        return min((stage.due for stage in self.stages), default=NEVER)

    @property
    def full(self) -> bool:
        """Tell whether a stage holds more than it wants: the link is to stop reading."""
        return any(stage.full for stage in self.stages)

    @property
    def held(self) -> int:
        """Return how many bytes are held."""
        return sum(stage.held for stage in self.stages)

    def feed(self, item: Item, now: float) -> list[Item]:
        """Put *item* in at the front."""
        out = self.advance(now)
        self._pass(0, item, now, out)
        return out + self.advance(now)

    def advance(self, now: float) -> list[Item]:
        """Let everything happen that is due; each thing at its own time, however late the call comes."""
        out: list[Item] = []
        while self.stages:
            index, stage = min(enumerate(self.stages), key=lambda entry: entry[1].due)
            if stage.due > now:
                break
            for at, item in stage.pop():
                self._pass(index + 1, item, at, out)
        return out

    def add(self, toxic: Toxic, draws: Draws, now: float) -> None:
        """Put *toxic* at the end."""
        self.stages.append(Stage(toxic, draws, now))

    def change(self, toxic: Toxic, now: float) -> list[Item]:
        """Give the toxic of the same name its new values."""
        out = self.advance(now)
        index = self._index(toxic.name)
        for item in self.stages[index].change(toxic, now):
            self._pass(index + 1, item, now, out)
        return out + self.advance(now)

    def remove(self, name: str, now: float) -> list[Item]:
        """Take the toxic out and pass on what it held."""
        out = self.advance(now)
        index = self._index(name)
        stage = self.stages.pop(index)
        for item in stage.remove():
            self._pass(index, item, now, out)
        return out + self.advance(now)

    def _index(self, name: str) -> int:
        return next(index for index, stage in enumerate(self.stages) if stage.toxic.name == name)

    def _pass(self, index: int, item: Item, now: float, out: list[Item]) -> None:
        if index < len(self.stages):
            self.stages[index].feed(item, now)
        else:
            out.append(item)
