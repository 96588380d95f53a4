"""SIGHUP: the settings are read again, and what can change in a running service takes effect at once.

New settings are validated as a whole before any of them counts; if they are wrong, those in force stay. Which settings
are live, their groups say (`live`); a change of any other is named, and waits for the next start.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import anyio.to_thread

from .logs import configure_logging
from .settings import Group, ServiceSettings, SettingsError
from .state import ServiceState

logger = logging.getLogger(__name__)
Path = tuple[str, ...]


class Reloader:
    """Reads the settings of one running service again when it is told to."""

    def __init__(self, state: ServiceState) -> None:
        self._state = state
        self._lock = asyncio.Lock()
        self._tasks: set[asyncio.Task[bool]] = set()

    async def reload(self) -> bool:
        """Whether the settings could be read; one line in the log says what became of them."""
        async with self._lock:
            try:
                # A config server may be slow: requests are answered meanwhile.
                new = await anyio.to_thread.run_sync(self._state.settings.again)
            except SettingsError as error:
                logger.error('settings not reloaded, those in force stay: %s', '; '.join(str(error).splitlines()))
                return False
            self._take(new)
            return True

    def start(self) -> None:
        """The same as a task, for a signal handler."""
        task = asyncio.get_running_loop().create_task(self.reload())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _take(self, new: ServiceSettings) -> None:
        old = self._state.settings
        differences = list(changed(old, new))
        live = [path for path, is_live in differences if is_live]
        settings = with_changes(old, new, live)
        self._state.settings = settings
        if self._state.runner is not None:
            self._state.runner.settings = settings.inference
        for listener in self._state.listeners:
            listener(settings)
        # The line is to be seen whether the new level would show it or the old one.
        steps = [partial(logger.warning, '%s', summary(differences)), partial(configure_logging, settings.logging)]
        for step in steps if logger.isEnabledFor(logging.WARNING) else reversed(steps):
            step()


def summary(differences: Sequence[tuple[Path, bool]]) -> str:
    """What became of a reload, in one line."""
    live, waiting = (
        ', '.join('.'.join(path) for path, is_live in differences if is_live is wanted) for wanted in (True, False)
    )
    told = f'settings reloaded: {f"changed {live}" if live else "nothing to change at run time"}'
    return told + (f'; a restart is needed for {waiting}' if waiting else '')


def changed(old: ServiceSettings, new: ServiceSettings) -> Iterator[tuple[Path, bool]]:
    """Paths of the settings that differ, and whether each is live."""
    for name in type(old).model_fields:
        before, after = getattr(old, name), getattr(new, name)
        if isinstance(before, Group) and isinstance(after, Group):
            for field in type(before).model_fields:
                if getattr(before, field) != getattr(after, field):
                    yield (name, field), field in before.live
        elif before != after:
            yield (name,), False


def with_changes(old: ServiceSettings, new: ServiceSettings, paths: list[Path]) -> ServiceSettings:
    """The old settings with the new values at the given paths, all at once."""
    groups: dict[str, dict[str, object]] = {}
    for group, field in paths:
        groups.setdefault(group, {})[field] = getattr(getattr(new, group), field)
    return old.model_copy(update={name: getattr(old, name).model_copy(update=each) for name, each in groups.items()})


@contextmanager
def reload_on_hangup(state: ServiceState) -> Iterator[Reloader]:
    """While the service runs, SIGHUP reloads; where there is no such signal, or no main thread, nothing does."""
    reloader = Reloader(state)
    hangup = getattr(signal, 'SIGHUP', None)
    try:
        if hangup is not None:
            asyncio.get_running_loop().add_signal_handler(hangup, reloader.start)
    except (NotImplementedError, RuntimeError, ValueError):
        hangup = None
    try:
        yield reloader
    finally:
        if hangup is not None:
            asyncio.get_running_loop().remove_signal_handler(hangup)
