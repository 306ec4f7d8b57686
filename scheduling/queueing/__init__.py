"""Queueing: how many agents a load needs, and what a number of agents gives. Numpy arrays in and out, no tables.

Waits are exact for exponential handle times and patience; agents may be fractional everywhere.
"""

from scheduling.queueing.backlog import Held, deferred_capacity, gather_into_open
from scheduling.queueing.cases import evaluate_cases
from scheduling.queueing.concurrency import ChatLine, chat_line, required_chat_agents
from scheduling.queueing.erlang_a import DEFINITIONS, ErlangA, erlang_a
from scheduling.queueing.erlang_b import ErlangB, erlang_b
from scheduling.queueing.erlang_c import ErlangC, erlang_c
from scheduling.queueing.finite import FiniteLine, engset, finite_line
from scheduling.queueing.mixed_load import (
    MixedLine,
    MixedLoad,
    load_inside,
    mixed_line,
    required_agents_mixed,
    uncertain_load,
)
from scheduling.queueing.offered_load import OfferedLoad, lagged_load, modified_offered_load
from scheduling.queueing.patience import Patience, estimate_patience, survival_of_patience
from scheduling.queueing.priority import priority_waits
from scheduling.queueing.sizing import RequiredAgents, ServiceGoals, required_agents, required_agents_b

__all__ = [
    "DEFINITIONS",
    "ChatLine",
    "ErlangA",
    "ErlangB",
    "ErlangC",
    "FiniteLine",
    "Held",
    "MixedLine",
    "MixedLoad",
    "OfferedLoad",
    "Patience",
    "RequiredAgents",
    "ServiceGoals",
    "chat_line",
    "deferred_capacity",
    "engset",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "estimate_patience",
    "evaluate_cases",
    "finite_line",
    "gather_into_open",
    "lagged_load",
    "load_inside",
    "mixed_line",
    "modified_offered_load",
    "priority_waits",
    "required_agents",
    "required_agents_b",
    "required_agents_mixed",
    "required_chat_agents",
    "survival_of_patience",
    "uncertain_load",
]
