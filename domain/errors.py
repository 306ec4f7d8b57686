"""Every error Smena raises on purpose.

SmenaError                      the root: `except SmenaError` catches all of them      exit code 1
├── InputError                  what the user gave can't be used: where, expected, remedy        2
│   ├── EmptyFile               nothing in it, or only a header
│   ├── MissingColumn           a column that is needed is not there
│   ├── RepeatedColumn          two columns carry one name
│   ├── WrongEncoding           bytes that are not the text encoding that was named or found
│   ├── BrokenFile              not readable as its format (an unterminated quote, a damaged archive)
│   ├── UnknownFormat           an ending or layout that no reader knows
│   ├── BadValue                a cell or a setting outside what is allowed
│   ├── UnknownQueue            a queue that is not planned here
│   ├── ContradictoryRules      rules that no roster can keep together
│   └── TableError              a table breaks its contract; carries every violation
├── NothingToPlan               a step has no input yet: names the step to run first             2
├── ForecastFailed              one queue could not be forecast; a value in a batch              1
├── StaleRevision               somebody else changed the record first; nothing was written      1
├── StoreError                  the store can't be opened, or a body does not match its pointer  1
└── LockHeld                    another run holds the lock                                       5
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self


class SmenaError(Exception):
    """The root of the tree. `exit_code` is what the command line returns for it."""

    exit_code = 1

    def __reduce__(self) -> tuple[Callable[..., SmenaError], tuple[object, ...]]:
        """Errors travel between processes with all their facts, whatever their `__init__` asks for."""
        return _restored, (type(self), self.args, self.__dict__)


def _restored(kind: type[SmenaError], args: tuple[object, ...], facts: dict[str, object]) -> SmenaError:
    error = kind.__new__(kind)
    error.__dict__.update(facts)
    error.args = args
    return error


class InputError(SmenaError):
    """What the user gave can't be used.

    Facts are attributes, the message is written from them: `file, line N, column 'c': expected …, found …. Remedy.`
    """

    exit_code = 2

    def __init__(
        self,
        expected: str,
        *,
        file: str | None = None,
        line: int | None = None,
        column: str | None = None,
        found: object | None = None,
        remedy: str = "",
    ) -> None:
        self.expected, self.found, self.remedy = expected, found, remedy
        self.file, self.line, self.column = file, line, column
        super().__init__(self._message())

    def in_file(self, file: str) -> Self:
        """The same error with its file named."""
        named = type(self).__new__(type(self))  # each class has an __init__ of its own
        named.__dict__.update(self.__dict__)
        named.file = file
        named.args = (named._message(),)
        return named

    def at_line(self, line: int | None) -> Self:
        """The same error with its line named; as it is where it knows one."""
        if line is None or self.line is not None:
            return self
        named = type(self).__new__(type(self))
        named.__dict__.update(self.__dict__)
        named.line = line
        named.args = (named._message(),)
        return named

    def _message(self) -> str:
        column = f"column {self.column!r}" if self.column else ""
        place = ", ".join(part for part in (self.file or "", f"line {self.line}" if self.line else "", column) if part)
        found = f", found {_shown(self.found)}" if self.found is not None else ""
        text = f"{place}: expected {self.expected}{found}" if place else f"expected {self.expected}{found}"
        return f"{text}. {self.remedy}" if self.remedy else text


def key_fault(message: str) -> str:
    """What a settings key should be, from the words of the library that checks it."""
    if message == "Extra inputs are not permitted":
        return "a key that is known here"
    if message == "Field required":
        return "a value for this key"
    return message.removeprefix("Value error, ").removeprefix("Input should be ")


def _shown(value: object, longest: int = 80) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= longest else text[: longest - 1] + "…"


class EmptyFile(InputError):
    """Nothing in the file, or only a header."""


class MissingColumn(InputError):
    """A column that is needed is not there."""


class RepeatedColumn(InputError):
    """Two columns carry one name."""


class WrongEncoding(InputError):
    """Bytes that are not the text encoding that was named or found."""


class BrokenFile(InputError):
    """Not readable as its format."""


class UnknownFormat(InputError):
    """An ending or layout that no reader knows."""


class BadValue(InputError):
    """A cell or a setting outside what is allowed."""


class UnknownQueue(InputError):
    """A queue that is not planned here."""


class ContradictoryRules(InputError):
    """Rules that no roster can keep together; `rules` names them."""

    def __init__(self, rules: tuple[str, ...], expected: str, **facts: object) -> None:
        self.rules = rules
        super().__init__(expected, **facts)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Violation:
    """One broken promise of a table: which column, which row (0-based position; None = the whole table), what."""

    column: str | None
    row: int | None
    expected: str
    found: object | None = None

    def __str__(self) -> str:
        where = "table" if self.column is None else f"column {self.column!r}"
        row = "" if self.row is None else f", row {self.row + 1}"
        found = "" if self.found is None else f", found {_shown(self.found)}"
        return f"{where}{row}: expected {self.expected}{found}"


class TableError(InputError):
    """A table breaks its contract. `violations` holds all of them, the message the first five."""

    def __init__(self, table: str, violations: tuple[Violation, ...], file: str | None = None) -> None:
        self.table, self.violations = table, violations
        first = "; ".join(str(v) for v in violations[:5])
        more = f"; and {len(violations) - 5} more" if len(violations) > 5 else ""
        super().__init__(
            f"a table under {table}", file=file, remedy=f"{first}{more}. See data/DICTIONARY.md for {table}"
        )


class NothingToPlan(SmenaError):
    """A step has no input yet. `missing` is what it needs, `remedy` the step that makes it."""

    exit_code = 2

    def __init__(self, missing: str, remedy: str) -> None:
        self.missing, self.remedy = missing, remedy
        super().__init__(f"there is no {missing} yet: {remedy}")


class ForecastFailed(SmenaError):
    """One queue could not be forecast. Held as a value in a batch, so that the others go on."""

    def __init__(self, queue: str, reason: str) -> None:
        self.queue, self.reason = queue, reason
        super().__init__(f"queue {queue!r}: {reason}")


class StaleRevision(SmenaError):
    """Somebody else changed the record after it was read; nothing was written."""

    def __init__(self, what: str, seen: int, now: int) -> None:
        self.what, self.seen, self.now = what, seen, now
        super().__init__(
            f"{what} was changed by someone else (you saw revision {seen}, it is now {now}); "
            "reload and repeat the change"
        )


class StoreError(SmenaError):
    """The store can't be opened, or a body does not match its pointer."""


class LockHeld(SmenaError):
    """Another run holds the lock."""

    exit_code = 5

    def __init__(self, holder: str) -> None:
        self.holder = holder
        super().__init__(f"another run holds the lock ({holder}); wait for it to end, nothing was changed")
