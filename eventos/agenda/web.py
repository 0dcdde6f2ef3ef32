"""Doors of the public pages: the agenda, an event, its calendar file, and the legal pages of every public site."""

from flask import render_template

from eventos.kernel.http import Audience, Door

public = Door("agenda", __name__, audience=Audience.PUBLIC)


@public.get("/politicas")
def policies() -> str:
    return render_template("agenda/policies.html")


@public.get("/mapa-del-sitio")
def sitemap() -> str:
    return render_template("agenda/sitemap.html")


@public.get("/terminos")
def terms() -> str:
    return render_template("agenda/terms.html")


@public.get("/accesibilidad")
def accessibility() -> str:
    return render_template("agenda/accessibility.html")


DOORS = (public,)
