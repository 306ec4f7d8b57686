"""The compiled half of seats: who holds one when, and the exact price of one person too many."""

from __future__ import annotations

from scheduling.roster.engines.arrays import Seats
from scheduling.roster.engines.compiled import njit


@njit(cache=True)
def sit(seats: Seats, person: int, first: int, last: int, sign: float) -> float:
    """Takes a seat from one fine step to another (`sign` −1: leaves it); the cost that this adds."""
    row = seats.row[person]
    if row < 0:
        return 0.0
    cost = 0.0
    for f in range(first, last):
        if sign > 0:
            cost += seats.price[0] * (seats.taken[row, f] >= seats.limit[row])
            seats.taken[row, f] += 1
        else:
            seats.taken[row, f] -= 1
            cost -= seats.price[0] * (seats.taken[row, f] >= seats.limit[row])
    return float(cost)


@njit(cache=True)
def charge(seats: Seats, person: int) -> None:
    """Sums over time of what one more person costs at the person's site, as `price_of` reads them."""
    row = seats.row[person]
    if not seats.on:
        return
    total = seats.total
    for f in range(len(total) - 1):
        full = row >= 0 and seats.taken[row, f] >= seats.limit[row]
        total[f + 1] = total[f] + (seats.price[0] if full else 0.0)


@njit(cache=True)
def price_of(seats: Seats, first: int, last: int) -> float:
    """What a seat from one fine step to another costs the person last charged."""
    return float(seats.total[last] - seats.total[first])
