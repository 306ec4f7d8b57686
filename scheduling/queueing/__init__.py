"""Queueing: how many agents a load needs, and what a number of agents gives. Numpy arrays in and out, no tables.

Waits are exact for exponential handle times and patience; agents may be fractional everywhere.
"""

from scheduling.queueing.backlog import deferred_capacity
from scheduling.queueing.concurrency import ChatLine, chat_line, required_chat_agents
from scheduling.queueing.erlang_a import DEFINITIONS, ErlangA, erlang_a
from scheduling.queueing.erlang_b import ErlangB, erlang_b
from scheduling.queueing.erlang_c import ErlangC, erlang_c
from scheduling.queueing.offered_load import OfferedLoad, modified_offered_load
from scheduling.queueing.sizing import RequiredAgents, ServiceGoals, required_agents

__all__ = [
    "DEFINITIONS",
    "ChatLine",
    "ErlangA",
    "ErlangB",
    "ErlangC",
    "OfferedLoad",
    "RequiredAgents",
    "ServiceGoals",
    "chat_line",
    "deferred_capacity",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "modified_offered_load",
    "required_agents",
    "required_chat_agents",
]
