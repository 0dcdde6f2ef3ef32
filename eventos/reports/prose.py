"""Entities and norms told as prose, each with its article. Pure, as rules are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from eventos.kernel import spanish
from eventos.kernel.text import fold
from eventos.kernel.vocabulary import EntityKind, HostRole

if TYPE_CHECKING:
    from eventos.cycles.queries import HostView

# How the first word of an entity or a norm takes its article; other names are told without one.
_LA = (
    "administracion agencia alcaldia asamblea asociacion auditoria autoridad camara circular comision constitucion contraloria corporacion "
    "corte defensoria direccion directiva escuela federacion fundacion funcion gobernacion junta ley mesa oficina ordenanza organizacion "
    "personeria presidencia procuraduria rama red registraduria resolucion secretaria sentencia sociedad subsecretaria superintendencia "
    "unidad universidad veeduria vicepresidencia"
)
_EL = (
    "acuerdo archivo articulo banco centro codigo colectivo comite concejo congreso consejo consultorio decreto departamento documento "
    "fondo grupo hospital instituto laboratorio ministerio municipio observatorio programa proyecto senado servicio sistema tribunal"
)
_ARTICLES = dict.fromkeys(_LA.split(), "la") | dict.fromkeys(_EL.split(), "el")


def with_article(name: str, *, after: str = "") -> str:
    """ "la Gobernación de Caldas", "el Ministerio…"; `after` "de" contracts: "del Ministerio…". Other names stand alone."""
    article = _ARTICLES.get((fold(name).split() or [""])[0], "")
    words = f"{article} {name}" if article else name
    if not after:
        return words
    return f"del {name}" if after == "de" and article == "el" else f"{after} {words}"


def _names(hosts: Sequence[HostView], *, after: str = "") -> str:
    return spanish.join_and([with_article(host.name, after=after) for host in hosts])


def allies_sentence(roles: Sequence[HostView]) -> str:
    """Who organised and with whom, as prose; "" when nobody is named."""
    public = [role for role in roles if role.kind is not EntityKind.CIVIL_SOCIETY]
    hosts = [role for role in roles if role.role is HostRole.HOST]
    co_hosts = [role for role in roles if role.role is HostRole.CO_HOST]
    partners = [role for role in public if role.role is HostRole.PARTNER]
    sponsors = [role for role in public if role.role is HostRole.SPONSOR]
    told = []
    if hosts:
        told.append(f"{'Organizó' if len(hosts) == 1 else 'Organizaron'} {_names(hosts)}.")
    if co_hosts:
        told.append(f"{'Coorganizó' if len(co_hosts) == 1 else 'Coorganizaron'} {_names(co_hosts)}.")
    if partners:
        told.append(f"Se realizó en alianza con {_names(partners)}.")
    if sponsors:
        told.append(f"Contó con el apoyo {_names(sponsors, after='de')}.")
    return " ".join(told)


def civil_sentence(roles: Sequence[HostView]) -> str:
    """The organisations of civil society allied to the event; "" when there is none."""
    civil = [role for role in roles if role.kind is EntityKind.CIVIL_SOCIETY and role.role in (HostRole.PARTNER, HostRole.SPONSOR)]
    return f"Por la sociedad civil {'participó' if len(civil) == 1 else 'participaron'} {_names(civil)}." if civil else ""


def norms_sentence(norms: Sequence[str]) -> str:
    """ "En cumplimiento de la Ley 1712 de 2014 y de la Ley 1757 de 2015."."""
    return f"En cumplimiento {spanish.join_and([with_article(norm.rstrip('.'), after='de') for norm in norms])}." if norms else ""
