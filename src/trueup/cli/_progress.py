"""Bars for runs that take long, on a terminal only: what is at work, how far it is, and for how long."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from threading import Timer

from trueup.lifecycle.run import Run

PATIENCE = 1.5
"""Seconds before a bar is shown: most runs are over by then."""
STEPS = {'tests': 14, 'static': 4, 'none': 4}
"""Lines that an adoption or an update says, as a rule, by level of verification."""


@contextmanager
def progress(tools: Sequence[str]) -> Iterator[Callable[[str], None] | None]:
    """Gives the function that is told of each tool that came to its end; None where nobody looks."""
    if not sys.stderr.isatty():
        yield None
        return
    bar = _Bar(tools)
    timer = Timer(PATIENCE, bar.show)
    timer.daemon = True
    timer.start()
    try:
        yield bar.tell
    finally:
        timer.cancel()
        timer.join()
        bar.hide()


@contextmanager
def steps(run: Run) -> Iterator[Run]:
    """The run with a bar that goes on with each line it says; where nobody looks, the run as it is."""
    if not sys.stderr.isatty() or run.settings.quiet:
        yield run
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = SpinnerColumn(), BarColumn(20), TimeElapsedColumn(), TextColumn('{task.description}', markup=False)
    with Progress(*columns, console=Console(stderr=True), transient=True) as drawing:
        expected = STEPS.get(run.settings.verify, STEPS['none'])
        number = drawing.add_task('', total=expected)
        said = 0

        def say(line: str) -> None:
            nonlocal said
            # The end comes when it is there, not when the guess is used up.
            drawing.update(number, description=line, completed=min(said, expected - 1))
            said += 1

        yield replace(run, say=say)


class _Bar:
    """What is left to do; drawn by rich, which is imported when there is something to draw."""

    def __init__(self, tools: Sequence[str]) -> None:
        self._tools = tuple(tools)
        self._left = list(tools)
        self._stop: Callable[[], None] | None = None
        self._update: Callable[[], None] | None = None

    def show(self) -> None:
        """Begin to draw."""
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = TextColumn('{task.description}'), BarColumn(), TimeElapsedColumn()
        drawing = Progress(*columns, console=Console(stderr=True), transient=True)
        number = drawing.add_task(self._text(), total=len(self._tools), completed=self._done())
        drawing.start()
        self._stop = drawing.stop
        self._update = lambda: drawing.update(number, completed=self._done(), description=self._text())

    def tell(self, tool: str) -> None:
        """A tool came to its end."""
        if tool in self._left:
            self._left.remove(tool)
        if self._update:
            self._update()

    def hide(self) -> None:
        """Leave the terminal as it was."""
        if self._stop:
            self._stop()

    def _done(self) -> int:
        return len(self._tools) - len(self._left)

    def _text(self) -> str:
        return f'linting: {", ".join(self._left)}'
