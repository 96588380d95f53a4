"""Structured logs: one JSON object a line, with the id of the request it belongs to."""

from __future__ import annotations

import asyncio
import json
import logging
import logging.config
import sys
import threading
from contextvars import ContextVar
from datetime import datetime, timezone
from types import TracebackType
from typing import Any

from .settings import LoggingSettings

request_id: ContextVar[str] = ContextVar('request_id', default='')

STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {'message', 'asctime', 'color_message', 'taskName'}


class JsonFormatter(logging.Formatter):
    """A record as JSON; what is given as `extra=` becomes fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The record on one line."""
        fields = {
            'time': datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec='milliseconds'),
            'level': record.levelname,
            'logger': record.name,
            'message': record.getMessage(),
        }
        if request_id.get():
            fields['request_id'] = request_id.get()
        fields.update({key: value for key, value in record.__dict__.items() if key not in STANDARD})
        if record.exc_info:
            fields['exception'] = self.formatException(record.exc_info)
        return json.dumps(fields, default=str, ensure_ascii=False)


def configure_logging(settings: LoggingSettings) -> None:
    """Send all logs, uvicorn's too, to standard output in one format, and uncaught exceptions with them."""
    logging.config.dictConfig(
        {
            'version': 1,
            'disable_existing_loggers': False,
            'formatters': {
                'json': {'()': JsonFormatter},
                'plain': {'format': '%(asctime)s %(levelname)-7s %(name)s: %(message)s'},
            },
            'handlers': {
                'stdout': {
                    'class': 'logging.StreamHandler',
                    'stream': 'ext://sys.stdout',
                    'formatter': 'json' if settings.structured else 'plain',
                }
            },
            'root': {'level': settings.level, 'handlers': ['stdout']},
            'loggers': {
                'uvicorn': {'handlers': [], 'propagate': True},
                # Requests are logged by the middleware, with their id and duration.
                'uvicorn.access': {'handlers': [], 'propagate': False},
            },
        }
    )
    install_exception_hooks()


def install_exception_hooks() -> None:
    """Log exceptions that nobody caught, of the main thread and of others."""
    sys.excepthook = log_uncaught
    threading.excepthook = lambda args: log_uncaught(
        args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
    )


def log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Log one uncaught exception; an interrupt by the user stays what it is."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logging.getLogger(__name__).critical('uncaught exception', exc_info=(kind, error, trace))


def log_uncaught_in_loop(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what went wrong in a task or a callback that nobody waited for."""
    error = context.get('exception')
    trace = (type(error), error, error.__traceback__) if isinstance(error, BaseException) else None
    logging.getLogger(__name__).critical('uncaught exception in the loop: %s', context['message'], exc_info=trace)
