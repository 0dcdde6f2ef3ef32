"""What people type into the registration form, as a browser sends it."""

from typing import Any


def answers(number: int, **changes: str) -> dict[str, Any]:
    """The number-th person's answers: an evidently invented civil servant of Manizales."""
    typed = {
        "document_type": "CC",
        "document_number": str(30_000_000 + number),
        "given_names": f"Visitante {number}",
        "family_names": "Ejemplo Guadual",
        "email": f"visitante{number}@auditorio.example",
        "phone": "",
        "entity": "Alcaldía de Manizales",
        "dependency": "Planeación",
        "post": "Profesional universitaria",
        "link_kind": "planta",
        "municipio": "Manizales, Caldas",
        "consent": "y",
    }
    return {**typed, **changes}
