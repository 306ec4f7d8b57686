"""A discrete-event simulation of a contact centre: contacts and people in, the fate of every contact out.

What it assumes (a certificate is worth as much as these):

1. Contacts of a queue arrive evenly at random inside an interval of the forecast. How many is uncertain: the caller
   gives the counts of each run (`DrawCounts`; `planning` draws the forecast's sample paths, whose errors hang together
   from interval to day to week and between queues). Without them each queue and local day is multiplied by one
   gamma-distributed factor of mean 1, its variance taken from the forecast's p10 and p90; days and queues are then
   independent, and weeks surer than they are.
2. Handle times are lognormal with the forecast's mean and a coefficient of variation of 1; patience is exponential
   where the targets give one, endless where they don't. A contact that waits at closing time goes on waiting.
   A person of proficiency p takes handle time ÷ p for every contact.
3. First come, first served within a queue. A person who becomes free takes the contact that waits longest among their
   queues. A contact that finds several free people goes to those with the fewest skills, of them the longest idle.
4. People finish the contact in progress when their work ends or a break starts, and come back on time. Nobody is
   replaced by a second self: a person who returns while still busy is one busy person.
5. Chat: a person holds up to `concurrency` chats; each chat slows down by AHT_j ÷ AHT_1 while j run in parallel. A new
   chat goes to the least loaded person. A person with chats takes no call; while a call of theirs waits longer than
   any chat they take no further chat, so that neither kind starves.
6. Deferred work (e-mail) is taken when no live contact of the person's queues waits, earliest deadline first, and is
   not interrupted. It may be worked outside the opening hours of its queue; its deadline counts opening time only.
   Where the targets blend it with live queues (`blend_with`), people who serve both begin it only while as many others
   are idle as the plan's threshold keeps (`guards.py`), also where the plan takes it to be interruptible.
7. Booked contacts (`appointment_share`) come evenly at their times, as many as planned, don't leave, and go before all
   who walked in; they are counted in no service level. Absence is drawn by the unplanned shrinkage of the hours worked.
8. Outbound work has no contacts here; where the requirements name it, those who do it serve nobody else meanwhile
   (`planned_work.py`).
9. The horizon starts with nobody waiting, but for the deferred work that a backlog names.

`kernel.py` is the machine: deterministic, contacts with fixed times in, no randomness. `site.py` describes the centre,
`staff.py` its people over time, `arrivals.py` draws the contacts.
"""

from scheduling.simulation.arrivals import ArrivalPlan, Contacts, DrawCounts, draw_contacts, plan_arrivals
from scheduling.simulation.outcome import Outcome, simulate_contacts
from scheduling.simulation.site import Site, make_site
from scheduling.simulation.staff import StaffPlan, staff_of_requirements, staff_of_roster

__all__ = [
    "ArrivalPlan",
    "Contacts",
    "DrawCounts",
    "Outcome",
    "Site",
    "StaffPlan",
    "draw_contacts",
    "make_site",
    "plan_arrivals",
    "simulate_contacts",
    "staff_of_requirements",
    "staff_of_roster",
]
