"""Organisations: the office itself, and those it hosts events with."""
