"""The exit codes and the one exception that a person is meant to read."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command tells the shell (several causes: 70 > 4 > 3 > 1)."""

    CLEAN = 0
    FINDINGS = 1
    USAGE = 2
    OPEN = 3
    UNVERIFIED = 4
    REFUSED = 5
    MISSING = 6
    INTERNAL = 70
    INTERRUPTED = 130


class UserError(Exception):
    """A mistake or a lack that a person can mend: one line of what and where, one line of hint.

    `message` is one sentence without a full stop, `where` a path, `file:line` or address, `hint` what to do next.
    """

    def __init__(self, message: str, *, where: str = '', hint: str = '', exit_code: ExitCode = ExitCode.USAGE) -> None:
        super().__init__(message, where, hint, exit_code)
        self.message = message
        self.where = where
        self.hint = hint
        self.exit_code = exit_code

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.message, self.where, self.hint, self.exit_code)

    def __str__(self) -> str:
        return f'{self.where}: {self.message}' if self.where else self.message


class Refusal(UserError):
    """The command would endanger something and did nothing (exit 5)."""

    def __init__(
        self, message: str, *, where: str = '', hint: str = '', exit_code: ExitCode = ExitCode.REFUSED
    ) -> None:
        super().__init__(message, where=where, hint=hint, exit_code=exit_code)


class Missing(UserError):
    """A needed program or address is not there (exit 6)."""

    def __init__(
        self, message: str, *, where: str = '', hint: str = '', exit_code: ExitCode = ExitCode.MISSING
    ) -> None:
        super().__init__(message, where=where, hint=hint, exit_code=exit_code)


def _rebuild(kind: type[UserError], message: str, where: str, hint: str, exit_code: ExitCode) -> UserError:
    return kind(message, where=where, hint=hint, exit_code=exit_code)
