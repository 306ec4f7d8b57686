"""One run of the kernel: contacts, a centre and its people in, the fate of every contact out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduling.simulation import kernel
from scheduling.simulation.arrivals import Contacts
from scheduling.simulation.site import Site
from scheduling.simulation.staff import StaffPlan


@dataclass(frozen=True)
class Outcome:
    """The fate of every contact (order of `Contacts`) and the time of every group.

    `answered_at` and `done_at` are seconds from the origin, NaN where it never came to that. `reached_at` is when an
    abandoned contact would have been answered, had it stayed (NaN where the queue never reached it).
    `busy_seconds`, `present_seconds`: (groups, bins); a person with j of k chats is busy by j ÷ k; time worked beyond
    the end of a window counts in neither.
    """

    answered_at: np.ndarray
    done_at: np.ndarray
    reached_at: np.ndarray
    busy_seconds: np.ndarray
    present_seconds: np.ndarray


def simulate_contacts(
    contacts: Contacts, site: Site, staff: StaffPlan, *, horizon_seconds: float, bin_seconds: float
) -> Outcome:
    """Run the centre on fixed contacts until all that can happen has happened. Staff must end with the horizon."""
    groups, bins = site.group_limit.size, max(1, int(np.ceil(horizon_seconds / bin_seconds - 1e-9)))
    begin = np.concatenate([[0], np.cumsum(np.bincount(contacts.queue, minlength=site.kind.size))])[:-1]
    who = np.zeros((staff.servers, 7), dtype=np.int64)
    who[:, [kernel.GROUP, kernel.LISTED, kernel.AFTER, kernel.BEFORE, kernel.PLACE]] = -1
    clock = np.zeros((staff.servers, 3))
    clock[:, kernel.SPEED] = 1.0 if staff.proficiency is None else staff.proficiency
    state = kernel.State(
        who=who,
        clock=clock,
        slot=np.zeros((staff.servers, site.slow.shape[1]), dtype=np.int64),
        left=np.zeros((staff.servers, site.slow.shape[1])),
        order=np.argsort(contacts.queue, kind="stable"),
        line=np.column_stack([begin, begin]).astype(np.int64),
        ends=np.full((groups * int(site.group_limit.max(initial=1)), 2), -1, dtype=np.int64),
        heap=np.zeros(staff.servers + 1, dtype=np.int64),
        fate=np.full((contacts.queue.size, 3), np.nan),
        spent=np.zeros((groups, bins, 2)),
    )
    facts = np.column_stack([contacts.at, contacts.work, contacts.patience, contacts.due])
    kernel.run(
        kernel.Given(facts, contacts.queue), site, state, staff.at, staff.server, staff.group, float(bin_seconds)
    )
    return Outcome(
        state.fate[:, kernel.ANSWERED],
        state.fate[:, kernel.DONE],
        state.fate[:, kernel.REACHED],
        state.spent[:, :, kernel.BUSY],
        state.spent[:, :, kernel.PRESENT],
    )
