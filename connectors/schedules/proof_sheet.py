"""The proof sheet as a table: rule by rule and person by person, how much room is left; broken rules are red."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from connectors.files import atomic_write, ending
from connectors.formulas import harmless_frame
from connectors.schedules.rule_words import RULES_RU, STRICTNESS_RU, UNITS_RU
from connectors.schedules.sheets import FIRST_ROW, RED, Content, Paper, printed
from connectors.schedules.words import Language
from connectors.stamps import iso_texts
from domain.intervals import check_timezone, to_utc
from domain.tables import PROOF

COLUMNS = ("rule", "agent", "name", "time", "strictness", "found", "limit", "margin", "unit", "words", "source")
NUMBERS = ("found", "limit", "margin")
WIDTHS = {"name": 22, "time": 16, "words": 60, "source": 40}
SAME = 1e-6


def write_proof_file(
    path: str | Path, proof: pd.DataFrame, *, timezone: str, language: Language = "en", title: str = "Smena"
) -> None:
    """The proof (frame under PROOF) as CSV or, for an ending of `.xlsx`, as a workbook; "-" is standard output.

    Text that a spreadsheet would run is made harmless. Raises `InputError` where the folder is missing, `TableError`.
    """
    check_timezone(timezone)
    checked = PROOF.check(proof)
    if ending(path) != "xlsx":
        frame = harmless_frame(checked.assign(start=iso_texts(checked["start"], timezone)))
        with atomic_write(path) as part:
            part.write_bytes(frame.to_csv(index=False, lineterminator="\n").encode())
        return
    content = Content(title, timezone, language, (), (), (), (), pd.DataFrame(), 30, None)
    with atomic_write(path) as part, xlsxwriter.Workbook(str(part), {"in_memory": True}) as workbook:
        write_proof(Paper(workbook), workbook.add_worksheet(content.say("proof")), content, checked)


def write_proof(paper: Paper, sheet: Any, content: Content, proof: pd.DataFrame) -> None:
    """One line a rule and person, the tightest first within a rule."""
    names = {person.agent: person.name for person in content.people}
    paper.headline(sheet, content, "proof")
    paper.header(sheet, FIRST_ROW - 1, [content.say(column) for column in COLUMNS])
    local = to_utc(proof["start"]).tz_convert(content.timezone)
    shown = proof.assign(name=[names.get(agent, agent) for agent in proof["agent"]], time=local.strftime("%d.%m %H:%M"))
    if content.language == "ru":
        shown = in_russian(shown)
    for line, cells in enumerate(shown[list(COLUMNS)].itertuples(index=False)):
        broken = {"bg_color": RED} if cells[COLUMNS.index("margin")] < 0 else {}
        for column, (key, cell) in enumerate(zip(COLUMNS, cells, strict=True)):
            if key in NUMBERS:
                paper.number(sheet, FIRST_ROW + line, column, cell, "0.0#", **broken)
            else:
                paper.text(sheet, FIRST_ROW + line, column, str(cell), **broken)
    widths = {**WIDTHS, "name": content.name_width, "rule": 36 if content.language == "ru" else 22}
    for column, key in enumerate(COLUMNS):
        sheet.set_column(column, column, widths.get(key, 12))
    sheet.freeze_panes(FIRST_ROW, 2)
    sheet.autofilter(FIRST_ROW - 1, 0, FIRST_ROW + len(shown) - 1, len(COLUMNS) - 1)
    printed(sheet, content, "proof", rows_repeated=FIRST_ROW - 1)


def in_russian(proof: pd.DataFrame) -> pd.DataFrame:
    """The proof with rules, units and strictness in Russian, and a sentence of them for each line."""
    columns = [proof[name].astype("str") for name in ("rule", "unit")]
    numbers = [proof[name].to_numpy(dtype=float) for name in NUMBERS]
    sentences = []
    for rule, unit, found, limit, margin in zip(*columns, *numbers, strict=True):
        most = abs(limit - found - margin) < SAME  # else a least
        sign = ("≤" if most else "≥") if margin >= 0 else (">" if most else "<")
        sentences.append(f"{RULES_RU.get(rule, rule)}: {found:g} {sign} {limit:g} {UNITS_RU.get(unit, unit)}")
    return proof.assign(
        words=[sentence.replace(".", ",") for sentence in sentences],
        rule=[RULES_RU.get(str(name), name) for name in proof["rule"]],
        unit=[UNITS_RU.get(str(name), name) for name in proof["unit"]],
        strictness=[STRICTNESS_RU.get(str(name), name) for name in proof["strictness"]],
    )
