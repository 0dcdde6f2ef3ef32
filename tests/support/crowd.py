"""Many invented people at once: as a sheet that an office would import."""

import csv
import io
from collections.abc import Sequence

HEADINGS = (
    "Tipo de documento",
    "Número de documento",
    "Nombres",
    "Apellidos",
    "Correo",
    "Celular",
    "Entidad",
    "Cargo",
    "Municipio",
    "Asistió",
)
MUNICIPIOS = ("Manizales", "Villamaría", "Chinchiná", "La Dorada", "Anserma", "Aguadas", "Neira", "Pácora", "Supía", "Viterbo")


def line_of(number: int) -> tuple[str, ...]:
    """The number-th person of the sheet: an evidently invented civil servant of Caldas."""
    municipio = MUNICIPIOS[number % len(MUNICIPIOS)]
    return (
        "CC",
        str(20_000_000 + number),
        f"Persona {number}",
        "Ejemplo Pinares",
        f"persona{number}@multitud.example",
        f"300{number:07d}",
        f"Alcaldía de {municipio}",
        "Enlace de transparencia",
        f"{municipio}, Caldas",
        "Sí" if number % 10 else "No",
    )


def sheet_of(rows: int, *, start: int = 0, columns: Sequence[str] = HEADINGS) -> bytes:
    """A CSV with `rows` people, numbered from `start`, with these columns."""
    at = [HEADINGS.index(name) for name in columns]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([line_of(number)[place] for place in at] for number in range(start, start + rows))
    return out.getvalue().encode("utf-8")
