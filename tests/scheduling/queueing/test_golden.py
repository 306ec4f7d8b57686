"""Every reference value of the evaluation folder, through the functions and through the bulk calculator."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from scheduling.queueing import (
    ServiceGoals,
    chat_line,
    engset,
    erlang_a,
    erlang_b,
    erlang_c,
    evaluate_cases,
    finite_line,
    modified_offered_load,
    priority_waits,
    required_agents,
)

pytestmark = pytest.mark.shared
DEFINITION = {
    "sl_offered": "offered",
    "sl_virtual": "virtual",
    "sl_answered": "answered",
    "sl_exab": "excluding_short",
    "sl_abok": "abandons_good",
}
SL_COLUMN = {definition: column for column, definition in DEFINITION.items()}
KNOWN_TO_CANCEL = "ERLANG_C-073"  # 1 - C of a load that has no exact binary form: absolute tolerance only


@pytest.fixture(scope="module")
def golden(shared: Path) -> pd.DataFrame:
    return pd.read_csv(shared / "golden" / "erlang.csv")


def of_kind(golden: pd.DataFrame, kind: str) -> pd.DataFrame:
    rows = golden[golden["kind"] == kind].reset_index(drop=True)
    assert len(rows) > 0
    return rows


def agrees(rows: pd.DataFrame, column: str, got: np.ndarray, *, share: bool = True) -> None:
    """Within the tolerances of the table: absolute 1e-12 (shares), relative 1e-10 where more than 1e-12 is wanted."""
    want = pd.to_numeric(rows[column]).to_numpy(dtype=float)
    got = np.broadcast_to(np.asarray(got, dtype=float), want.shape)
    for name, w, g in zip(rows["id"], want, got, strict=True):
        if np.isnan(w):
            continue
        if np.isinf(w):
            assert g == w, (name, column)
            continue
        if share:
            assert abs(g - w) <= 1e-12, (name, column, g, w)
        if abs(w) > 1e-12 and name != KNOWN_TO_CANCEL:
            assert abs(g - w) <= 1e-10 * abs(w), (name, column, g, w)


@pytest.mark.parametrize("kind", ["ERLANG_B", "ERLANG_B_FRAC"])
def test_every_row_of_erlang_b(golden: pd.DataFrame, kind: str) -> None:
    rows = of_kind(golden, kind)
    agrees(rows, "p_block", erlang_b(rows["a"], rows["n"]).p_block)


@pytest.mark.parametrize("kind", ["ERLANG_C", "ERLANG_C_FRAC"])
def test_every_row_of_erlang_c(golden: pd.DataFrame, kind: str) -> None:
    rows = of_kind(golden, kind)
    line = erlang_c(rows["a"], rows["n"], pd.to_numeric(rows["aht"]), rows["T"])
    agrees(rows, "p_wait", line.p_wait)
    agrees(rows, "sl", line.service_level)
    agrees(rows, "asa", line.asa_seconds, share=False)
    agrees(rows, "occ", line.occupancy)


def test_every_row_of_erlang_a(golden: pd.DataFrame) -> None:
    rows = of_kind(golden, "ERLANG_A")
    line = erlang_a(rows["a"], rows["n"], pd.to_numeric(rows["aht"]), rows["T"], rows["patience"])
    agrees(rows, "p_wait", line.p_wait)
    agrees(rows, "p_ab", line.abandon_share)
    for column, definition in DEFINITION.items():
        agrees(rows, column, line.service_level_by(definition))
    agrees(rows, "asa", line.asa_seconds, share=False)
    agrees(rows, "asa_all", line.asa_all_seconds, share=False)
    agrees(rows, "occ", line.occupancy)


def test_every_row_of_required_c(golden: pd.DataFrame) -> None:
    rows = of_kind(golden, "REQUIRED_C")
    goals = ServiceGoals(
        service_level=rows["target_sl"],
        answer_within_seconds=rows["T"].fillna(0),
        asa_seconds=rows["target_asa"],
        max_occupancy=rows["max_occ"],
    )
    found = required_agents(rows["a"], pd.to_numeric(rows["aht"]), goals)
    want = rows["n_req"].astype(float).to_numpy()
    assert found.agents.tolist() == want.tolist()
    assert found.attainable.tolist() == np.isfinite(want).tolist()


def test_every_row_of_required_a(golden: pd.DataFrame) -> None:
    for column, rows in of_kind(golden, "REQUIRED_A").groupby("sl_def"):
        goals = ServiceGoals(
            service_level=rows["target_sl"],
            answer_within_seconds=rows["T"],
            max_occupancy=rows["max_occ"],
            max_abandon_share=rows["max_ab"],
            service_level_definition=DEFINITION[str(column)],
        )
        found = required_agents(rows["a"], pd.to_numeric(rows["aht"]), goals, patience_seconds=rows["patience"])
        assert found.agents.tolist() == rows["n_req"].astype(float).tolist()


def as_cases(rows: pd.DataFrame) -> pd.DataFrame:
    model = {"B": "erlang_b", "C": "erlang_c", "A": "erlang_a"}
    return pd.DataFrame(
        {
            "case": rows["id"],
            "model": [model[kind.split("_")[1]] for kind in rows["kind"]],
            "load_erlangs": np.where(rows["volume"].isna(), rows["a"], np.nan),
            "offered": rows["volume"],
            "interval_seconds": rows["interval"],
            "aht_seconds": pd.to_numeric(rows["aht"]),
            "answer_within_seconds": rows["T"],
            "patience_seconds": rows["patience"],
            "agents": rows["n"],
            "target_service_level": rows["target_sl"],
            "target_asa_seconds": rows["target_asa"],
            "max_occupancy": rows["max_occ"],
            "max_abandon_share": rows["max_ab"],
            "service_level_definition": rows["sl_def"].map(DEFINITION),
        }
    )


def test_every_row_through_the_bulk_calculator_in_one_frame(golden: pd.DataFrame) -> None:
    kinds = ["ERLANG_B", "ERLANG_C", "ERLANG_A", "REQUIRED_C", "REQUIRED_A"]
    rows = golden[golden["kind"].isin(kinds)].sample(frac=1.0, random_state=7).reset_index(drop=True)
    out = evaluate_cases(as_cases(rows))
    assert out["case"].tolist() == rows["id"].tolist()
    sized = rows["n"].isna()
    wanted = rows["n"].where(~sized, rows["n_req"].astype(float))
    assert out["attainable"].tolist() == np.isfinite(wanted).tolist()
    reached = out["attainable"].to_numpy()
    assert out["agents"][reached].tolist() == wanted[reached].tolist()
    assert out["agents"][~reached].isna().all()
    rows, out = rows[reached], out[reached]
    for kinds_of, column, result in (
        (("ERLANG_B",), "p_block", "p_block"),
        (("ERLANG_C", "ERLANG_A", "REQUIRED_C", "REQUIRED_A"), "p_wait", "p_wait"),
        (("ERLANG_A", "REQUIRED_A"), "p_ab", "abandon_share"),
        (("ERLANG_C", "ERLANG_A", "REQUIRED_C", "REQUIRED_A"), "occ", "occupancy"),
        (("ERLANG_C", "REQUIRED_C"), "sl", "service_level"),
        (("ERLANG_A", "REQUIRED_A"), "sl_offered", "service_level"),
    ):
        part = rows["kind"].isin(kinds_of)
        if column == "sl_offered":
            part &= rows["sl_def"].isna() | (rows["sl_def"] == "sl_offered")
        agrees(rows[part], column, out.loc[part, result].to_numpy())
    waits = rows["kind"] != "ERLANG_B"
    agrees(rows[waits], "asa", out.loc[waits, "asa_seconds"].to_numpy(), share=False)


def test_every_row_of_chat(golden: pd.DataFrame) -> None:
    rows = of_kind(golden, "CHAT")
    for index, row in rows.iterrows():
        times = [float(text) for text in str(row["aht"]).split("|")]
        rate = float(row["volume"]) / float(row["interval"])
        line = chat_line(rate, row["n"], times, row["T"], row["patience"])
        one = rows.loc[[index]]
        agrees(one, "p_wait", line.p_wait)
        agrees(one, "p_ab", line.abandon_share)
        agrees(one, "sl_offered", line.service_level)


def test_every_row_of_a_line_with_limited_places(golden: pd.DataFrame) -> None:
    rows = of_kind(golden, "MMNK")
    for index, row in rows.iterrows():
        line = finite_line(row["a"], int(row["n"]), int(row["K"]), float(row["aht"]), row["T"])
        one = rows.loc[[index]]
        agrees(one, "p_block", line.p_block)
        agrees(one, "p_wait", line.p_wait)
        agrees(one, "sl_offered", line.service_level)
        agrees(one, "asa", line.asa_seconds, share=False)
        agrees(one, "occ", line.occupancy)


def test_every_row_of_engset(golden: pd.DataFrame) -> None:
    rows = of_kind(golden, "ENGSET")
    for index, row in rows.iterrows():
        time_share, call_share = engset(int(row["sources"]), int(row["n"]), float(row["alpha"]))
        agrees(rows.loc[[index]], "p_block", np.asarray(time_share))
        agrees(rows.loc[[index]], "p_wait", np.asarray(call_share))


def test_every_row_of_two_priorities(golden: pd.DataFrame) -> None:
    rows = of_kind(golden, "PRIORITY")
    for index, row in rows.iterrows():
        loads = [row["a"] * row["alpha"], row["a"] * (1 - row["alpha"])]
        first, second = priority_waits(loads, row["n"], float(row["aht"]))
        agrees(rows.loc[[index]], "asa", np.asarray(first), share=False)
        agrees(rows.loc[[index]], "asa_all", np.asarray(second), share=False)


def test_every_row_of_the_modified_offered_load(shared: Path) -> None:
    for aht, rows in pd.read_csv(shared / "golden" / "mol.csv").groupby("aht"):
        found = modified_offered_load(rows["sipp_load"], float(str(aht)), 900)
        for column, got in (("mol_mean", found.mean), ("mol_end", found.end), ("mol_max", found.maximum)):
            assert np.allclose(got, rows[column], rtol=1e-12, atol=1e-12)
