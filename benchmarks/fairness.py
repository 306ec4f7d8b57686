"""What fair shares and granted wishes cost: prices of both raised step by step on the made-up call centre.

Cover is what is missing and too much; `cover_%` is its rise over a plan that pays neither. `within_one` are people at
most one night (weekend) off their fair share. The curve is drawn to `benchmarks/results/fairness.svg`.
"""

from __future__ import annotations

import time
from typing import Any

import pandas as pd

from benchmarks.call_centre import CallCentre, make_call_centre
from benchmarks.registry import ROOT, BenchSpec, Effort, Row, Tables
from domain.people import RuleBook, RuleSetting
from scheduling import GROUP_RULES, audit, make_roster

TIGHT = 1.2
ROUNDS = 20
SIZES: dict[Effort, tuple[tuple[int, int], ...]] = {
    "quick": ((50, 1),),
    "usual": ((50, 1), (200, 4)),
    "full": ((50, 1), (200, 4), (1000, 4)),
}
PRICES = ((0.0, 0.0), (1.0, 4.0), (5.0, 10.0), (10.0, 20.0), (20.0, 40.0), (40.0, 60.0), (60.0, 60.0))  # share, wish
WIDTH, HEIGHT, EDGE = 640, 400, 60
COLOURS = {"nights": "#1f5fa8", "weekends": "#c04f15", "days_off_%": "#2a7f3f", "first_%": "#7a3f9d"}


def measure(effort: Effort = "usual") -> list[Row]:
    """One row a size and pair of prices."""
    rows: list[dict[str, Any]] = []
    for people, weeks in SIZES[effort]:
        centre = make_call_centre(people, weeks, tight=TIGHT)
        plain = 0.0
        for share, wish in PRICES:
            row = _row(centre, people, weeks, priced(centre.book, share, wish))
            plain = plain or float(row["cover"])
            rows.append(
                {**row, "share_price": share, "wish_price": wish, "cover_%": round(100 * (row["cover"] / plain - 1), 2)}
            )
    drawn = rows[-len(PRICES) :]
    folder = ROOT / "benchmarks" / "results"
    folder.mkdir(exist_ok=True)
    (folder / "fairness.svg").write_text(curve_svg(drawn), "utf-8")
    return list(rows)


def priced(book: RuleBook, share: float, wish: float) -> RuleBook:
    """The book with these prices of a shift off the fair share and of a broken wish; Russian holidays."""
    rules = {
        **book.rules,
        **{rule.name: RuleSetting(strictness="pay", price=share) for rule in GROUP_RULES},
        "wishes": RuleSetting(strictness="pay", price=wish),
    }
    calendar = book.fairness.model_copy(update={"calendar": "RU"})
    return book.model_copy(update={"rules": rules, "fairness": calendar})


def _row(centre: CallCentre, people: int, weeks: int, book: RuleBook) -> dict[str, Any]:
    cpu = time.process_time()
    beside = centre.beside
    summary = (made := make_roster(centre.requirements, centre.people, book, **beside, iterations=ROUNDS)).summary
    cpu = time.process_time() - cpu
    found = audit(made.roster, centre.people, book, **beside)
    entries, wishes = summary["fairness"], summary["wishes"]

    def within(count: str) -> float:
        own = [entry for entry in entries if entry["count"] == count]
        near = sum(entry["people"] * entry["within_one"] for entry in own)
        return round(100 * near / max(sum(entry["people"] for entry in own), 1), 1)

    return {
        "people": people,
        "weeks": weeks,
        "cover": summary["costs"]["cover"],
        "fairness_cost": summary["costs"]["fairness"],
        "nights": within("nights"),
        "weekends": within("weekends"),
        "worst_off": max(abs(entry["worst_off"]) for entry in entries if entry["count"] in ("nights", "weekends")),
        "days_off_%": round(100 * (wishes["days_off_granted"] or 0.0), 1),
        "first_%": round(100 * (wishes["first_granted"] or 0.0), 1),
        "hard_breaches": int((found["strictness"] == "forbid").sum()),
        "cpu_seconds": round(cpu, 1),
    }


def curve_svg(rows: list[dict[str, Any]]) -> str:
    """Shares granted and fair (y, per cent) by the rise of the cost of cover (x, per cent) as an SVG document."""
    most = max(*(float(row["cover_%"]) for row in rows), 0.1)
    least = min(float(row["cover_%"]) for row in rows)

    def place(row: dict[str, Any], name: str) -> str:
        x = EDGE + (float(row["cover_%"]) - least) / (most - least) * (WIDTH - 2 * EDGE)
        return f"{x:.1f},{HEIGHT - EDGE - (float(row[name]) - 40) / 60 * (HEIGHT - 2 * EDGE):.1f}"

    ordered = sorted(rows, key=lambda row: float(row["cover_%"]))
    lines = [
        f'<polyline points="{" ".join(place(row, name) for row in ordered)}" fill="none" stroke="{colour}" '
        f'stroke-width="2"/><text x="{WIDTH - EDGE + 4}" y="{EDGE + 16 * number}" fill="{colour}">{name}</text>'
        for number, (name, colour) in enumerate(COLOURS.items())
    ]
    ticks = [
        f'<text x="{EDGE - 8}" y="{HEIGHT - EDGE - (tick - 40) / 60 * (HEIGHT - 2 * EDGE) + 4:.1f}" '
        f'text-anchor="end">{tick}</text>'
        for tick in (40, 60, 80, 100)
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH + 30} {HEIGHT}" '
            'font-family="sans-serif" font-size="12">',
            f'<rect width="{WIDTH + 30}" height="{HEIGHT}" fill="white"/>',
            *ticks,
            *lines,
            f'<text x="{EDGE}" y="{HEIGHT - 30}">{least:g} %</text>',
            f'<text x="{WIDTH - EDGE}" y="{HEIGHT - 30}" text-anchor="end">{most:g} %</text>',
            f'<text x="{WIDTH / 2}" y="{HEIGHT - 12}" text-anchor="middle">rise of the cost of cover</text>',
            f'<text x="{EDGE}" y="24" font-size="14">Wishes granted and people within one of their share, %</text>',
            "</svg>",
            "",
        ]
    )


def tables(rows: list[Row]) -> Tables:
    """One table."""
    return {"prices of unequal shares and broken wishes": pd.DataFrame(rows)}


BENCH = BenchSpec(
    "fairness", "fair shares and wishes: what they cost in cover", measure, has_effort=True, tables=tables
)
