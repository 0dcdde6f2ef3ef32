"""Cycles and their events: dates, places, programme, hosts, seats."""
