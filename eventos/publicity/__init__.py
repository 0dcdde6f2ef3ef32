"""Piezas publicitarias: the image and PDF of a call, made from the event's own data and frozen when sent."""
