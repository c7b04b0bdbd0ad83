"""The faults that are on the links just now; all are gone when the ``with`` block ends, however it does."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

from stormproof_chaos.faults import inject


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType

    from stormproof_chaos.scenarios._model import FaultOnLink
    from stormproof_chaos.scenarios._system import System


class ActiveFaults:
    """Puts faults on the links of *system* and takes them off; *note* hears of each as ``added`` or ``removed``."""

    def __init__(self, system: System, note: Callable[[str, FaultOnLink], None]) -> None:
        self._system = system
        self._note = note
        self._active: dict[FaultOnLink, ExitStack] = {}

    def change(self, *, removed: Iterable[FaultOnLink], added: Iterable[FaultOnLink]) -> None:
        """Take *removed* off first, then put *added* on."""
        for fault in removed:
            self._remove(fault)
        for fault in added:
            # Kept before it is entered: an interruption in between still finds it.
            stack = self._active.setdefault(fault, ExitStack())
            stack.enter_context(inject(self._system.link(fault.link), fault.fault))
            self._note("added", fault)

    def clear(self) -> None:
        """Take every fault off; one that cannot be taken off keeps no other from it."""
        with ExitStack() as every:
            for fault in tuple(self._active):
                every.callback(self._remove, fault)

    def _remove(self, fault: FaultOnLink) -> None:
        self._active.pop(fault).close()
        self._note("removed", fault)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.clear()
