"""A message as a person reads it; apart from the other writers, for this is all that a hook needs."""

from __future__ import annotations

from trueup.lint.model import Message


def line_of(message: Message) -> str:
    """A message as one line, in the form that editors turn into a link."""
    place = f'{message.path}:{message.line}:{message.column}' if message.line else message.path
    rule = message.tool if message.rule == message.tool else f'{message.tool} {message.rule}'
    symbol = f' ({message.symbol})' if message.symbol and message.rule != message.tool else ''
    return f'{place}: {rule}: {message.text}{symbol}'
