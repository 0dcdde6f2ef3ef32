"""Sheets of registrants on their way in: uploaded, columns mapped, every row checked into staging, entered whole or not at all."""

from eventos.registration.service.importing.columns import Field
from eventos.registration.service.importing.enter import Entered, enter
from eventos.registration.service.importing.sheet import CONSENT, Options, Upload, abandon, begin_check, check_size, mapping_for, upload
from eventos.registration.service.importing.stage import fail, finish_check, stage

__all__ = [
    "CONSENT",
    "Entered",
    "Field",
    "Options",
    "Upload",
    "abandon",
    "begin_check",
    "check_size",
    "enter",
    "fail",
    "finish_check",
    "mapping_for",
    "stage",
    "upload",
]
