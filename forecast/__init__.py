"""Smena: forecast."""
