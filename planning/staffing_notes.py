"""What a planner should know of requirements besides their numbers, in words.

Targets nobody can reach, chats too many to gain by, seats, lists cut short, idle time planned and
protected, default caps.
"""

from __future__ import annotations

import pandas as pd

from domain.queues import matches
from domain.targets import DEFAULT_MAX_ABANDON_SHARE, DEFAULT_MAX_OCCUPANCY, Targets
from scheduling.outbound import contacts_planned, outbound_queues
from scheduling.seats import seats_notes

SHOWN_MOST = 5  # queues named in one sentence
WHOLE = 0.999  # share of a list from which it is called whole


def staffing_notes(
    requirements: pd.DataFrame, targets: Targets, *, timezone: str, outbound: pd.DataFrame | None = None
) -> list[str]:
    """Sentences on targets out of reach, chats held that slow a person down, seats that are too few, and outbound lists
    of which only a part is planned."""
    notes = [*_out_of_reach(requirements), *_slowed_down(requirements, targets)]
    notes += seats_notes(requirements, targets, timezone)
    if outbound is None or outbound.empty:
        return notes
    planned, asked = contacts_planned(requirements), outbound.groupby("queue")["contacts"].sum()
    for queue, contacts in asked.items():
        made = float(planned.get(str(queue), 0.0))
        if made < WHOLE * float(contacts):
            notes.append(
                f"{queue}: {made:.0f} of {contacts:.0f} outbound contacts are planned here; the rest lie before or "
                "after this forecast, or have no seat"
            )
    return notes


def _out_of_reach(requirements: pd.DataFrame) -> list[str]:
    """One sentence a queue with intervals whose targets no number of people reaches (a level of 100 %, say)."""
    hopeless = requirements.loc[requirements["agents"].isna(), "queue"].value_counts(sort=False).sort_index()
    return [
        f"{queue}: in {count} intervals no number of people reaches the targets; agents are empty there"
        for queue, count in hopeless.items()
    ]


def _slowed_down(requirements: pd.DataFrame, targets: Targets) -> list[str]:
    """One sentence a chat queue whose people get less done with a further chat: j ÷ AHT_j should rise with j."""
    notes = []
    for queue in sorted(str(name) for name in requirements["queue"].unique()):
        promise = targets.of(queue)
        times = promise.aht_by_concurrency_seconds if promise.work == "chat" else None
        pace = [number / aht for number, aht in enumerate(times or (), start=1) if aht > 0]
        if pace and max(pace) > pace[-1]:
            best = pace.index(max(pace)) + 1
            notes.append(
                f"{queue}: a person with {len(pace)} chats finishes fewer an hour than with {best} "
                f"(aht_by_concurrency_seconds); concurrency = {best} needs fewer people"
            )
    return notes


def blending_note(requirements: pd.DataFrame, targets: Targets) -> list[str]:
    """One sentence on the idle hours of live queues where deferred work is blended with them; none otherwise.

    What of them is planned for deferred work, and what stays protected for contacts.
    """
    queues = [str(name) for name in requirements["queue"].unique()]
    takers = sorted(name for name in queues if targets.of(name).work == "deferred" and targets.of(name).blend_with)
    planned = set(outbound_queues(requirements))
    givers = sorted(
        name for name in set(queues) - planned
        if targets.of(name).work == "live" and any(matches(name, targets.of(taker).blend_with) for taker in takers)
    )  # fmt: skip
    if not givers or "blended_agents" not in requirements:
        return []
    hours = requirements["interval_minutes"] / 60.0
    idle_people = requirements["agents"] * (1.0 - requirements["occupancy"])
    idle = float((idle_people * hours)[requirements["queue"].isin(givers)].sum())
    used = float((requirements["blended_agents"] * hours)[requirements["queue"].isin(takers)].sum())
    return [
        f"idle time of {_some(givers)}: {idle:.1f} agent-hours, {used:.1f} planned for {_some(takers)}, "
        f"{max(idle - used, 0.0):.1f} protected"
    ]


def _some(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN_MOST} more" if len(names) > SHOWN_MOST else ""
    return ", ".join(names[:SHOWN_MOST]) + more


def default_caps_note(requirements: pd.DataFrame, targets: Targets) -> list[str]:
    """One sentence where live queues with a patience are staffed under default caps; none otherwise."""
    queues = {str(name) for name in requirements["queue"].unique()} - set(outbound_queues(requirements))
    told = {
        "max_abandon_share": (f"at most {DEFAULT_MAX_ABANDON_SHARE:.0%} hung up", "abandon_cap"),
        "max_occupancy": (f"at most {DEFAULT_MAX_OCCUPANCY:.0%} occupancy", "occupancy_cap"),
    }
    parts = []
    for key, (words, cap) in told.items():
        mine = [
            name for name in sorted(queues)
            if getattr(targets.of(name), key) is None and getattr(targets.of(name), cap) is not None
        ]  # fmt: skip
        if mine:
            parts.append(f"{words} ({key}; {_some(mine)})")
    return [f"default caps apply: {'; '.join(parts)}. Set them in the targets; 1 switches one off"] if parts else []
