"""Writes the demo's list of registrants: the sheet an office keeps after a session, with people who evidently do not exist.

123 registered, 114 attended: 101 from 25 of the 27 municipalities of Caldas and 13 from other departments. The breakdown is invented.
Documents begin with 9.000.000: no Colombian number does. Run it again and it writes the same bytes.
"""

import csv
import random
from pathlib import Path

from eventos.kernel import divipola
from eventos.kernel.text import slugify

TARGET = Path(__file__).resolve().parents[1] / "eventos" / "demo" / "data" / "quinta_asistencia.csv"

ATTENDED = {
    "Manizales": 16, "Villamaría": 8, "Chinchiná": 7, "La Dorada": 7, "Anserma": 6, "Riosucio": 6, "Aguadas": 5, "Salamina": 5,
    "Neira": 4, "Palestina": 4, "Pácora": 4, "Supía": 4, "Manzanares": 3, "Pensilvania": 3, "Samaná": 3, "Viterbo": 3, "Aranzazu": 2,
    "Belalcázar": 2, "Filadelfia": 2, "Marquetalia": 2, "La Merced": 1, "Marmato": 1, "Risaralda": 1, "San José": 1, "Victoria": 1,
}  # fmt: skip
ELSEWHERE = [("Pereira", "Risaralda", 3), ("Armenia", "Quindío", 2), ("Ibagué", "Tolima", 2), ("Medellín", "Antioquia", 2)]
ELSEWHERE += [("Riosucio", "Chocó", 1), ("Bogotá, D.C.", "Bogotá, D.C.", 2), ("Honda", "Tolima", 1)]
ABSENT = ["Manizales", "Manizales", "Chinchiná", "La Dorada", "Anserma", "Viterbo", "Marulanda", "Norcasia", "Salamina"]

GIVEN = """Aurora Benito Camila Darío Elvira Fermín Gloria Hilario Irene Jacinto Karina Lisandro Marina Nicanor Ofelia Pascual Querubín
Rosalba Saturnino Teresa Ulises Violeta Wilson Ximena Yesid Zoraida Amparo Bonifacio Casimiro Delfina"""
INVENTED = "Ejemplo Ficticio Muestra Prueba Demo Inventado Supuesto Modelo Ensayo Imaginario"
TREES = """Guadual Robledal Yarumal Cedral Nogales Arrayanes Laurel Pinares Guayacán Samán Ceiba Cámbulo Sietecueros Drago Encenillo
Carbonero Balso Caracolí Chachafruto Mortiño"""
POSTS = [
    "Enlace de transparencia",
    "Jefe de Control Interno",
    "Secretaria de Planeación",
    "Profesional de Sistemas",
    "Secretario de Gobierno",
]
POSTS += ["Profesional universitaria", "Técnico administrativo", "Personera", "Asesor de despacho", "Contratista de apoyo"]


def rows() -> list[list[str]]:
    chance = random.Random(1712)  # noqa: S311 - the same list every time, by Ley 1712
    places = [(name, "Caldas", True) for name, count in ATTENDED.items() for _ in range(count)]
    places += [(name, departamento, True) for name, departamento, count in ELSEWHERE for _ in range(count)]
    places += [(name, "Caldas", False) for name in ABSENT]
    names = [(given, first, second) for given in GIVEN.split() for first in INVENTED.split() for second in TREES.split()]
    chosen = chance.sample(names, len(places))
    chance.shuffle(places)
    lines = []
    for number, ((given, first, second), (place, departamento, came)) in enumerate(zip(chosen, places, strict=True), start=1):
        post = chance.choice(POSTS)
        entity = f"Alcaldía de {place}" if number % 7 else f"Personería de {place}"
        mail = f"{slugify(given)}.{slugify(second)}{number}@{slugify(place)}.example"
        link = "Contratista" if post.startswith("Contratista") else "Planta"
        document = f"9.000.{number // 1000:03d}.{number % 1000:03d}"
        lines.append(
            [
                "CC",
                document,
                f"{given} {first} {second}",
                mail,
                entity,
                post,
                link,
                _as_written(place, number),
                departamento,
                "Sí" if came else "No",
            ]
        )
    return lines


def _as_written(place: str, number: int) -> str:
    """As people write it: capitals now and then, and "Dorada" for La Dorada."""
    if place == "La Dorada" and number % 2:
        return "Dorada"
    return place.upper() if number % 5 == 0 else place


def main() -> None:
    lines = rows()
    assert all(divipola.resolve(line[7], departamento=line[8]).is_exact for line in lines)  # noqa: S101 - a script that checks itself
    with TARGET.open("w", encoding="cp1252", newline="") as out:
        sheet = csv.writer(out, delimiter=";", lineterminator="\r\n")
        sheet.writerow(["LISTA DE PARTICIPANTES - QUINTA ASISTENCIA TÉCNICA (PERSONAS FICTICIAS)"] + [""] * 9)
        sheet.writerow(
            [
                "Tipo",
                "No. de documento",
                "Nombres y apellidos",
                "Correo electrónico",
                "Entidad",
                "Cargo",
                "Vinculación",
                "Municipio",
                "Departamento",
                "Asistió",
            ]
        )
        sheet.writerows(lines)
    print(f"{TARGET.name}: {len(lines)} personas, {sum(line[9] == 'Sí' for line in lines)} asistieron")


if __name__ == "__main__":
    main()
