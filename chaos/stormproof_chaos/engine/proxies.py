"""All proxies of an engine, by name."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from stormproof_chaos.engine.addresses import AddressError
from stormproof_chaos.engine.listener import ListenError, bindable
from stormproof_chaos.engine.proxy import Proxy
from stormproof_chaos.engine.wishes import RefusedError


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stormproof_chaos.engine.proxy import Engine
    from stormproof_chaos.engine.wishes import ProxyWish


class Proxies:
    """The proxies, and the changes a client may make to them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._resolver = engine.resolver
        self._strict = engine.settings.strict
        self._by_name: dict[str, Proxy] = {}

    def __iter__(self) -> Iterator[Proxy]:
        return iter([self._by_name[name] for name in sorted(self._by_name)])

    def get(self, name: str) -> Proxy:
        """Return one proxy, or refuse."""
        if name not in self._by_name:
            raise RefusedError("proxy not found", 404)
        return self._by_name[name]

    def create(self, wish: ProxyWish) -> Proxy:
        """Make a proxy; it is kept only if it can listen."""
        if wish.name in self._by_name:
            raise RefusedError("proxy already exists", 409)
        return self._make(wish)

    def change(self, proxy: Proxy, wish: ProxyWish) -> None:
        """Bring *proxy* to what *wish* says."""
        if proxy.differs(wish.listen, wish.upstream):
            proxy.move(wish.listen, wish.upstream)
        if wish.enabled:
            proxy.start()
        else:
            proxy.stop()

    def remove(self, name: str) -> None:
        """Stop a proxy and forget it."""
        self.get(name).stop()
        del self._by_name[name]

    def populate(self, wishes: Iterable[ProxyWish]) -> Iterator[Proxy]:
        """Make the proxies that are not there yet, one by one; what is there and the same is kept."""
        for wish in wishes:
            existing = self._by_name.get(wish.name)
            if existing and self._same(existing, wish):
                self._adjust(existing, wish)
                yield existing
                continue
            if existing:
                self.remove(wish.name)
            yield self._make(wish)

    def look_up_hosts(self, wishes: Iterable[ProxyWish]) -> None:
        """Raise UnresolvedError for the first host that needs a lookup, before anything is changed."""
        for wish in wishes:
            with contextlib.suppress(AddressError):
                self._resolver.addresses(wish.listen)

    def reset(self) -> None:
        """Start every proxy and take all toxics away; a proxy that cannot start does not keep the others from it."""
        failures: list[ListenError] = []
        for proxy in self:
            try:
                proxy.start()
            except ListenError as error:
                failures.append(error)
                if self._strict:
                    break
            for name in list(proxy.toxics):
                proxy.remove_toxic(name)
        if failures:
            raise failures[0]

    def close(self) -> None:
        """Stop every proxy."""
        for proxy in self:
            proxy.stop()

    def _make(self, wish: ProxyWish) -> Proxy:
        proxy = Proxy(wish.name, wish.listen, wish.upstream, self._engine)
        for toxic in wish.toxics or ():
            proxy.add_toxic(toxic)
        if wish.enabled is not False:
            proxy.start()
        self._by_name[proxy.name] = proxy
        return proxy

    def _same(self, proxy: Proxy, wish: ProxyWish) -> bool:
        if not proxy.differs(wish.listen, wish.upstream):
            return True
        wanted, actual = bindable(wish.listen, self._resolver), bindable(proxy.listen, self._resolver)
        any_port = wanted.port == 0 and not self._strict
        return any_port and wanted.host == actual.host and wish.upstream == proxy.upstream

    def _adjust(self, proxy: Proxy, wish: ProxyWish) -> None:
        """Give a proxy that stays what the wish says beyond addresses; Toxiproxy does not."""
        if self._strict:
            return
        if wish.toxics is not None:
            for name in list(proxy.toxics):
                proxy.remove_toxic(name)
            for toxic in wish.toxics:
                proxy.add_toxic(toxic)
        if wish.enabled is True:
            proxy.start()
        elif wish.enabled is False:
            proxy.stop()
