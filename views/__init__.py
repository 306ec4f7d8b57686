"""Smena: views."""
