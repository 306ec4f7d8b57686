"""Contacts from foreign files: any layout of `presets.yaml`, several files at once, nothing lost without a word."""

from connectors.tickets.importing import TicketImport, read_tickets

__all__ = ["TicketImport", "read_tickets"]
