"""The demonstration: the cycle of two model informes and two events to try things on, with people who evidently do not exist."""

from eventos.demo.load import load

__all__ = ["load"]
