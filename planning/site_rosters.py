"""Rosters of many sites: sites that share no queue are planned apart, as tasks of an executor, and joined again.

PEOPLE may say where a person works (column `site`). People of one site stay together, and so do sites whose people
serve a queue in common; all else is independent, and planned apart it costs a fraction of the time and memory. Without
the column, or with one site, nothing is split. The split depends on the tables alone: every executor, with any number
of processes, gives the same roster.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import pandas as pd
from pandas.api.types import union_categoricals

from domain.people import RuleBook
from domain.queues import matches, split_list
from domain.tables import PEOPLE, REQUIREMENTS, ROSTER
from planning.execute import Executor, SerialExecutor
from planning.progress import Progress

SITE = "site"
TEXTS = tuple(column.name for column in ROSTER.columns if column.kind == "text")
Watch = Callable[[], AbstractContextManager[Callable[[], bool]]]
GAPS_SHOWN = 10
TOTALS = ("cost", "bound", "uncovered_hours", "surplus_hours", "required_hours", "paid_hours")
COUNTS = ("agents", "agents_rostered")


@dataclass(frozen=True)
class RosterTask:
    """Sites to plan together (names joined by commas) and what `scheduling.make_roster` is told of them."""

    sites: str
    requirements: pd.DataFrame
    people: pd.DataFrame
    rulebook: RuleBook
    options: Mapping[str, Any]


@dataclass(frozen=True)
class RosterPart:
    """Frame under ROSTER and the solver's account.

    Where there are several parts `summary["sites"]` has the account of each, and the texts of the roster, checked where
    they were made, are categories: a fifth of the memory. `ROSTER.check` makes texts of them.
    """

    roster: pd.DataFrame
    summary: Mapping[str, Any]


def roster_all(
    requirements: pd.DataFrame,
    people: pd.DataFrame,
    rulebook: RuleBook,
    *,
    executor: Executor | None = None,
    progress: Progress | None = None,
    watch: Watch | None = None,
    **options: Any,
) -> RosterPart:
    """`scheduling.make_roster` for any number of sites, with its arguments and errors.

    `watch`: while a plan of one part is searched, whether the user has asked for an end; a larger plan knows no half.

    Sites are planned by `executor` (None: one after the other, in this process); a time limit is that of all together.
    """
    tasks = roster_tasks(requirements, people, rulebook, options)
    if len(tasks) == 1:
        with nullcontext(None) if watch is None else watch() as stopped:
            return roster_part(tasks[0], progress, stopped)
    runner, names = executor or SerialExecutor(), [task.sites for task in tasks]

    def done(number: int) -> None:
        if progress is not None:
            progress("sites", number, len(names))

    del requirements, people  # the tables of many sites are large: nothing is held that is not needed any more
    tasks = _in_time(tasks, runner)
    parts = runner.run(packed_part, tasks, done)
    del tasks
    summary = _summary(names, [part.summary for part in parts])
    rosters = [part.roster for part in parts]
    del parts
    return RosterPart(_in_order(rosters), summary)


def roster_part(
    task: RosterTask, progress: Progress | None = None, stopped: Callable[[], bool] | None = None
) -> RosterPart:
    """The roster of some sites, wherever the executor plans it."""
    import scheduling as core  # slow to import: only where it is used

    result = core.make_roster(
        task.requirements, task.people, task.rulebook, progress=progress, stopped=stopped, **task.options
    )
    return RosterPart(result.roster, result.summary)


def packed_part(task: RosterTask) -> RosterPart:
    """The same with texts as categories, so that a part is a fifth as large on its way and while it waits."""
    part = roster_part(task)
    return RosterPart(part.roster.astype(dict.fromkeys(TEXTS, "category")), part.summary)


def roster_tasks(
    requirements: pd.DataFrame, people: pd.DataFrame, rulebook: RuleBook, options: Mapping[str, Any]
) -> list[RosterTask]:
    """The independent parts of a plan, in the order of their people, each over all days of the plan.

    What nobody can serve, and people who serve nothing that is needed, go with the first part, which says so.
    """
    whole = RosterTask("", requirements, people, rulebook, options)
    if SITE not in people or len(requirements) == 0 or people[SITE].fillna("").nunique() < 2:
        return [whole]
    requirements, people = REQUIREMENTS.check(requirements), PEOPLE.check(people)
    part_of_site, part_of_queue = _parts(people, tuple(requirements["queue"].unique()))
    count = max(part_of_site.values(), default=0) + 1
    if count < 2:
        return [whole]
    person_part = people[SITE].fillna("").map(part_of_site).to_numpy()
    row_part = requirements["queue"].map(part_of_queue).to_numpy()
    tasks = []
    for number in range(count):
        own = people[person_part == number]
        names = ", ".join(dict.fromkeys(own[SITE].fillna("").astype("str")))
        need = _over_all_days(requirements[row_part == number], requirements["start"])
        tasks.append(RosterTask(names, need, own, rulebook, _options_of(options, own["agent"])))
    return tasks


def _parts(people: pd.DataFrame, queues: Sequence[str]) -> tuple[dict[str, int], dict[str, int]]:
    """(part by site, part by queue): sites are joined by the queues their people serve."""
    sites = people[SITE].fillna("").astype("str")
    served: dict[str, set[str]] = {}
    for site, cell in dict.fromkeys(zip(sites, people["queues"], strict=True)):
        patterns = split_list(cell)
        served.setdefault(site, set()).update(queue for queue in queues if matches(queue, patterns))
    leader = {site: site for site in served}  # a site of the same part, itself where it leads

    def found(site: str) -> str:
        while leader[site] != site:
            site = leader[site]
        return site

    first_of: dict[str, str] = {}
    for site, own in served.items():
        for queue in own:
            one, other = found(first_of.setdefault(queue, site)), found(site)
            leader[other] = one
    home = dict(zip(people["agent"], sites, strict=True))
    for site, mentor in zip(sites, people.get("mentor", sites.map(lambda _: "")), strict=True):
        if mentor in home:
            leader[found(site)] = found(home[mentor])  # a trainee is planned where the mentor is
    number: dict[str, int] = {}
    for site, own in served.items():
        if own:
            number.setdefault(found(site), len(number))
    part_of_site = {site: number.get(found(site), 0) for site in served}
    return part_of_site, {queue: part_of_site[first_of[queue]] if queue in first_of else 0 for queue in queues}


def _over_all_days(need: pd.DataFrame, starts: pd.Series) -> pd.DataFrame:
    """A part's requirements with a row of no need at either end of the plan where it has none: equal days for all."""
    ends = [at for at in (starts.min(), starts.max()) if at < need["start"].min() or at > need["start"].max()]
    if not ends:
        return need
    closed = need.iloc[: len(ends)].assign(start=pd.DatetimeIndex(ends), load_erlangs=0.0, agents=0.0, scheduled=0.0)
    return pd.concat([need, closed], ignore_index=True)


def _options_of(options: Mapping[str, Any], agents: pd.Series) -> dict[str, Any]:
    """What is told of a part's people: the rows of tables that are theirs."""
    return {
        name: value[value["agent"].isin(agents)] if isinstance(value, pd.DataFrame) and "agent" in value else value
        for name, value in options.items()
    }


def _in_time(tasks: Sequence[RosterTask], executor: Executor) -> list[RosterTask]:
    """The tasks with the time limit shared out among them."""
    waves = -(-len(tasks) // getattr(executor, "processes", 1))
    shared = []
    for task in tasks:
        limit = task.options.get("time_limit_seconds")
        options = {**task.options, "time_limit_seconds": None if limit is None else limit / waves}
        shared.append(RosterTask(task.sites, task.requirements, task.people, task.rulebook, options))
    return shared


def _in_order(rosters: list[pd.DataFrame]) -> pd.DataFrame:
    """One roster by agent and start, of packed ones; the list is emptied."""
    columns: dict[str, Any] = {}
    for name in rosters[0].columns:
        own = [roster.pop(name) for roster in rosters]
        texts = name in TEXTS
        columns[name] = union_categoricals(own, sort_categories=True) if texts else pd.concat(own, ignore_index=True)
    rosters.clear()
    joined = pd.DataFrame(columns, copy=False)
    if joined["agent"].cat.codes.is_monotonic_increasing:  # as where names begin with their site's
        return joined
    return joined.sort_values(["agent", "start"], kind="stable", ignore_index=True)


def _summary(names: Sequence[str], accounts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One account: sums, the biggest gaps of all, and the account of each part under `sites`."""
    reasons = [] if any(own["relaxations"] for own in accounts) else [own["relaxations_none"] for own in accounts]
    cost, bound = (sum(float(account[name]) for account in accounts) for name in ("cost", "bound"))
    gaps = sorted((gap for own in accounts for gap in own["gaps"]), key=lambda gap: -float(gap["missing"]))
    return {
        "status": "optimal" if all(own["status"] == "optimal" for own in accounts) else "feasible",
        **{name: round(sum(float(own[name]) for own in accounts), 4) for name in TOTALS},
        "gap": round((cost - bound) / max(abs(bound), 1e-9), 6) if cost - bound > 1e-6 else 0.0,
        **{name: sum(int(own[name]) for own in accounts) for name in COUNTS},
        "costs": {name: round(sum(own["costs"][name] for own in accounts), 4) for name in accounts[0]["costs"]},
        "fairness": [entry for own in accounts for entry in own["fairness"]],
        "wishes": _wishes(accounts),
        "gaps": gaps[:GAPS_SHOWN],
        "rules_that_bind": _rules(accounts),
        "relaxations": sorted(
            (row for own in accounts for row in own["relaxations"]), key=lambda row: -float(row["hours_gained"])
        ),
        "relaxations_none": next(filter(None, reasons), ""),
        "warnings": _warnings(names, accounts),
        "sites": [{"site": name, **own} for name, own in zip(names, accounts, strict=True)],
    }


def _wishes(accounts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Wished days of all parts and the share of them granted."""
    found: dict[str, Any] = {}
    for name in ("days_off", "shifts", "first"):
        counts = [int(own["wishes"].get(name, 0)) for own in accounts]
        granted = [float(own["wishes"].get(f"{name}_granted") or 0.0) for own in accounts]
        found[name] = sum(counts)
        met = sum(count * share for count, share in zip(counts, granted, strict=True))
        found[f"{name}_granted"] = round(met / sum(counts), 4) if sum(counts) else None
    return found


def _rules(accounts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rules that bind anywhere: people of all parts, the highest price of any."""
    found: dict[str, dict[str, Any]] = {}
    for rule in (rule for own in accounts for rule in own["rules_that_bind"]):
        known = found.setdefault(rule["rule"], {**rule, "people": 0, "price": 0.0})
        known["people"] += rule["people"]
        known["price"] = max(known["price"], rule["price"])
    return sorted(found.values(), key=lambda rule: (-float(rule["price"]), str(rule["rule"])))


def _warnings(names: Sequence[str], accounts: Sequence[Mapping[str, Any]]) -> list[str]:
    """What is said of every part once, what is said of some with their names."""
    shared = set.intersection(*(set(own["warnings"]) for own in accounts))
    common = [words for words in accounts[0]["warnings"] if words in shared]
    named = [
        f"{name}: {words}"
        for name, own in zip(names, accounts, strict=True)
        for words in own["warnings"]
        if words not in shared
    ]
    return common + named
