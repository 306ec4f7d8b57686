"""Writes `docs/rules.md` from the list of rules and the law packs: `python examples/make_rules.py [FILE]`."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from domain.law import LawPack, Limit, known_packs, law_pack  # noqa: E402
from scheduling import GROUP_RULES, RULES  # noqa: E402
from scheduling.roster.rules import GroupRule, Rule, fair_share, mentor, seats  # noqa: E402

ALONE = (seats, mentor)  # rules among people with a file of their own

INTRODUCTION = """# The rule book

Written from `scheduling/roster/rules/` and `domain/data/law_*.toml` by `examples/make_rules.py`; a test compares them.

A rule is one file: words, source, inequality, rows for the programs, memory for the insertion engine, and the check
that audits any roster, ours or another one. Its numbers come from the work agreement (`[agreement.NAME]` of
`rules.toml`; every key: [glossary](glossary.md#work-agreement)); a key that is not there switches the rule off. How
strictly a rule is kept is said in `[rule.NAME]`: `forbid`, `pay` (with `price`, for each unit of breach), `warn` (the
audit alone tells of it) or `ignore`.

```toml
[law]
pack = "RU"                   # figures the agreements are silent on; laxer ones are refused

[agreement.contact-centre]
shifts = ["early", "late", "night"]
accounting_period = "month"
norm_hours_per_week = 40      # at most the norm of the month by the production calendar
norm_calendar = "RU"
hours_per_week_max = 60
days_off_min = 2
consecutive_weekends_max = 2  # every third weekend at the latest is free
consecutive_nights_max = 4
start_after_night = "14:00"   # a night may follow a night, a morning may not

[[agreement.contact-centre.overtime]]
per = "week"
over_hours = 40
factor = 1.5

[rule.complete_weekends]
strictness = "pay"
price = 20

[site.hall]
seats = 40                    # most people of that site in a shift at once

[rule.fair_nights]            # so much for each night too many or too few
strictness = "pay"
price = 20
```

A shift that must stand is a row of the time off (`time_off.csv`) of kind `pinned` with the `shift` template and, where
it matters, its start (`clock`). A row of kind `wish_work` or `wish_off` may name them too: a wish for, or against, that
shift.
"""


def page() -> str:
    """The whole document."""
    return "\n".join([INTRODUCTION, _table(), *(_rule(rule) for rule in RULES), _shared(), _laws()])


def _table() -> str:
    head = "## All rules\n\n| rule | in words | unit | where the book is silent |\n|---|---|---|---|\n"
    rows = (
        f"| [`{rule.name}`](#{rule.name}) | {rule.words} | {rule.unit} | {_default(rule)} |"
        for rule in (*RULES, *GROUP_RULES)
    )
    return head + "\n".join(rows) + "\n"


def _default(rule: Rule | GroupRule) -> str:
    if type(rule) not in (Rule, GroupRule):
        return "pay, as dear as a missing agent-hour"
    setting = rule.default
    return setting.strictness + (f", {setting.price:g} a unit" if setting.strictness == "pay" else "")


def _rule(rule: Rule) -> str:
    """A rule's own words: the text at the top of its file."""
    return f"### `{rule.name}`\n\n" + _words(rule.constrain.__module__)


def _shared() -> str:
    """Rules among people: one text for those of one file."""
    heads = "\n".join(f"### `{rule.name}`\n" for rule in fair_share.FAIR_RULES)
    others = "".join(f"\n### `{module.RULE.name}`\n\n{_words(module.__name__)}" for module in ALONE)
    return f"{heads}\n{_words(fair_share.__name__)}{others}"


def _words(module: str) -> str:
    words = (import_module(module).__doc__ or "").strip()
    prose = [line for line in words.splitlines() if not line.startswith("    ")]
    formulas = [line.strip() for line in words.splitlines() if line.startswith("    ")]
    shown = "\n```text\n" + "\n".join(formulas) + "\n```\n" if formulas else ""
    return "\n".join(prose) + "\n" + shown


def _laws() -> str:
    head = (
        "## Law packs\n\nFigures of labour law as dated data; not legal advice. `text_date` is the last change of the "
        "wording that is known here, *commentary* marks what was not read in the text of the law itself.\n"
    )
    return "\n".join([head, *(_law(law_pack(name)) for name in known_packs())])


def _law(pack: LawPack) -> str:
    notes = "".join(f"\n**Pending:** {note}\n" for note in pack.pending)
    lines = [f"### {pack.name}: {pack.words}\n"]
    lines.append(f"Checked on {pack.checked_on} against: {pack.checked_against}.\n{notes}")
    lines.append("| article | text of | what it says | in the book |\n|---|---|---|---|")
    for provision in (*pack.limits, *pack.overtime, *pack.pauses, *pack.figures):
        source = " (commentary)" if provision.secondary else ""
        lines.append(
            f"| {provision.article} | {provision.text_date}{source} | {provision.words} | {_kept(provision)} |"
        )
    return "\n".join(lines) + "\n"


def _kept(provision: object) -> str:
    if isinstance(provision, Limit):
        at = f"{provision.at:g}" if isinstance(provision.at, float) else provision.at
        unless = f", unless `{provision.unless}`" if provision.unless else ""
        return f"`{provision.key}` {provision.sense.replace('_', ' ')} {at}{unless}"
    return {"OvertimePay": "`overtime`", "Pause": "breaks of the shift templates"}.get(type(provision).__name__, "told")


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "rules.md"
    target.write_text(page(), "utf-8", newline="\n")
