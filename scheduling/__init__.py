"""Smena: scheduling."""
