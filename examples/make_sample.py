"""Makes the sample site's data: `python examples/make_sample.py [FOLDER]` (default `data/sample`).

Drawn are tickets.parquet, people.csv, time_off.csv and the small exports. The words of the site (targets, rules, hours,
events, settings) are written by hand and stay as they are; the opening hours are read from them. One seed, no clock:
running it again gives the same files.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from sample_contacts import draw_contacts  # noqa: E402
from sample_exports import dirty, freshdesk, last_contacts, russian, zendesk  # noqa: E402
from sample_people import people, time_off  # noqa: E402
from sample_queues import SEED  # noqa: E402

from domain.calendar import OpeningHours  # noqa: E402
from domain.tables import PEOPLE, TICKETS, TIME_OFF  # noqa: E402

SITE = ROOT / "data" / "sample"


def make_sample(folder: Path) -> None:
    """Writes every drawn file into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    opening = OpeningHours.from_mapping(tomllib.loads((SITE / "opening_hours.toml").read_text("utf-8")))
    tickets = TICKETS.check(draw_contacts(opening, np.random.default_rng(SEED)))
    write_tickets(tickets, folder / "tickets.parquet")

    rng = np.random.default_rng(SEED + 1)  # its own stream: a change of the contacts leaves the people as they are
    staff = PEOPLE.check(people())
    write_csv(staff, folder / "people.csv")
    write_csv(TIME_OFF.check(time_off(list(staff["agent"]), rng)), folder / "time_off.csv")

    rng = np.random.default_rng(SEED + 2)
    write_csv(zendesk(last_contacts(tickets, 200, 0, rng)), folder / "zendesk_sample.csv")
    write_csv(freshdesk(last_contacts(tickets, 200, 0, rng)), folder / "freshdesk_sample.csv")
    russian_rows = russian(last_contacts(tickets, 200, 0, rng))
    write_csv(russian_rows, folder / "russian_sample.csv", separator=";", encoding="cp1251")
    (folder / "dirty_sample.csv").write_bytes(dirty(last_contacts(tickets, 10, 0, rng)).encode())


def write_csv(frame: pd.DataFrame, path: Path, separator: str = ",", encoding: str = "utf-8") -> None:
    """CSV with plain line feeds, so that every system writes the same bytes."""
    path.write_bytes(frame.to_csv(index=False, sep=separator, lineterminator="\n").encode(encoding))


def write_tickets(tickets: pd.DataFrame, path: Path) -> None:
    """Parquet as small as it gets: rising stamps as differences, noisy numbers byte by byte."""
    stamps = ("created_at", "first_response_at", "resolved_at")
    columns = {}
    for name in tickets.columns:
        if name in stamps:
            columns[name] = pa.array(tickets[name].dt.as_unit("ms"), pa.timestamp("ms", tz="UTC"))
        elif name.endswith("_seconds") or name == "reopens":
            columns[name] = pa.array(tickets[name].astype("Int32"), pa.int32())
        else:
            columns[name] = pa.array(tickets[name], pa.bool_() if name == "abandoned" else pa.string())
    pq.write_table(
        pa.table(columns),
        path,
        compression="zstd",
        compression_level=19,
        use_dictionary=["channel", "type", "language"],
        column_encoding={
            "ticket_id": "DELTA_BYTE_ARRAY",
            "created_at": "DELTA_BINARY_PACKED",
            "first_response_at": "BYTE_STREAM_SPLIT",
            "resolved_at": "BYTE_STREAM_SPLIT",
            "handle_seconds": "BYTE_STREAM_SPLIT",
            "wait_seconds": "BYTE_STREAM_SPLIT",
        },
    )


if __name__ == "__main__":
    make_sample(Path(sys.argv[1]) if len(sys.argv) > 1 else SITE)
