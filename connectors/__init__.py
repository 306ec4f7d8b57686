"""Floor 2: the outside world, one source or target a file. Foreign files in, tables of the house out, and back."""

from connectors.frames import read_table, write_table
from connectors.layouts import presets
from connectors.roster_files import read_roster
from connectors.tickets import TicketImport, read_tickets
from connectors.toml_files import lines_of_toml, read_toml

__all__ = [
    "TicketImport",
    "lines_of_toml",
    "presets",
    "read_roster",
    "read_table",
    "read_tickets",
    "read_toml",
    "write_table",
]
