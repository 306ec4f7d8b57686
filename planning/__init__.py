"""Smena: planning."""
