"""What a scenario needs of the system it disturbs; a topology is one, and tests bring smaller ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol


if TYPE_CHECKING:
    from collections.abc import Sequence

    from stormproof_chaos.engines import Link


class Named(Protocol):
    """The names a scenario may use. They are known before anything is started."""

    @property
    def services(self) -> Sequence[str]:
        """The names of the services, such as ``orders``."""
        ...

    @property
    def links(self) -> Sequence[str]:
        """The names of the links, such as ``orders -> inventory``."""
        ...


class System(Named, Protocol):
    """Running services with a link between each pair that talks."""

    def address(self, service: str) -> str:
        """Return the URL of *service* for a caller from outside, such as ``http://127.0.0.1:8001``."""
        ...

    def link(self, name: str) -> Link:
        """Return the link called *name*."""
        ...

    def deaths(self) -> Sequence[str]:
        """Return a text for each service that ended on its own, such as ``orders exited with code 1``.

        What it wrote last may follow after ``; last lines:``.
        """
        ...
