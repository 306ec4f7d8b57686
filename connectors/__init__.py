"""Smena: connectors."""
