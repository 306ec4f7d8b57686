"""Which new queue is like which old one: `chat/old*0.5` says half of what chat/old gets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite

from domain.errors import BadValue

SHAPE = 'a queue and perhaps a factor above 0, such as "chat/old" or "chat/old*0.5"'


@dataclass(frozen=True)
class Likeness:
    """The queue that a new one is like, and what the new one is expected to get of each of its contacts."""

    queue: str
    factor: float = 1.0


def parse_likeness(text: str) -> Likeness:
    """`chat/old*0.5` or `chat/old`. Raises `BadValue`."""
    name, star, number = text.rpartition("*")
    queue, factor = (name.strip(), _number(number)) if star else (text.strip(), 1.0)
    if not queue or factor is None:
        raise BadValue(SHAPE, column="like", found=text)
    return Likeness(queue, factor)


def parse_likenesses(pairs: Iterable[str]) -> dict[str, str]:
    """`chat/new=chat/old*0.5` … as text by new queue. Raises `BadValue`, also for a queue given twice."""
    found: dict[str, str] = {}
    for pair in pairs:
        new, equals, old = (part.strip() for part in pair.partition("="))
        if not (new and equals and old):
            raise BadValue('new queue = old queue, such as "chat/new=chat/old*0.5"', column="like", found=pair)
        if new in found:
            raise BadValue("each new queue once", column="like", found=new)
        found[new] = old
    return found


def likeness_of(table: Mapping[str, str]) -> dict[str, Likeness]:
    """Likeness by new queue, each after the queue it is like. Raises `BadValue`, also for queues in a circle."""
    said = {new: parse_likeness(old) for new, old in table.items()}
    ordered: dict[str, Likeness] = {}
    for new in said:
        chain = [new]
        while (old := said[chain[-1]].queue) in said and old not in ordered:
            if old in chain:
                circle = " like ".join((*chain[chain.index(old) :], old))
                raise BadValue("queues that are not like themselves", column="like", found=circle)
            chain.append(old)
        ordered |= {queue: said[queue] for queue in reversed(chain)}
    return ordered


def _number(text: str) -> float | None:
    try:
        factor = float(text)
    except ValueError:
        return None
    return factor if factor > 0 and isfinite(factor) else None
