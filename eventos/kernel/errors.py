"""Everything that can be refused or go wrong, each with a code for machines and a sentence for people.

EventosError
├── RuleViolation        409  a rule of the office says no (window closed, event cancelled)
├── InvalidInput         422  what was typed or uploaded cannot be used; `fields` says where and why
├── NotFound             404
├── NotIdentified        401  the API, without a token that is good
├── NotAllowed           403
├── TooManyRequests      429  `retry_after` in seconds
└── ExternalFailure           a service outside our walls
    ├── TransientFailure      try again later (`retry_after` in seconds, when they said so)
    └── PermanentFailure      trying again will not help: bury the job and show it to staff

Only `kernel/http.py` turns these into status codes, and only `jobs/runner.py` decides about trying again.
"""

from collections.abc import Mapping


class EventosError(Exception):
    """A refusal or failure the product foresaw. `message` is Spanish, for people; `detail` is for logs, without personal data."""

    code = "error"
    message = "No fue posible completar la acción."

    def __init__(self, message: str | None = None, *, detail: str | None = None) -> None:
        if message is not None:
            self.message = message
        self.detail = detail
        super().__init__(self.message)


class RuleViolation(EventosError):
    code = "rule_violation"
    message = "Las reglas de este evento no permiten esta acción."


class InvalidInput(EventosError):
    code = "invalid_input"
    message = "Revise los datos señalados."

    def __init__(self, message: str | None = None, *, fields: Mapping[str, str] | None = None, detail: str | None = None) -> None:
        super().__init__(message, detail=detail)
        self.fields: dict[str, str] = dict(fields or {})


class NotFound(EventosError):
    code = "not_found"
    message = "No encontramos lo que busca."


class NotIdentified(EventosError):
    code = "not_identified"
    message = "Esta solicitud necesita una llave de la API vigente: Authorization: Bearer <llave>."


class NotAllowed(EventosError):
    code = "not_allowed"
    message = "Su cuenta no tiene permiso para hacer esto."


class TooManyRequests(EventosError):
    code = "too_many_requests"
    message = "Hubo demasiados intentos seguidos. Espere un momento y vuelva a intentarlo."

    def __init__(self, message: str | None = None, *, retry_after: int = 60, detail: str | None = None) -> None:
        super().__init__(message, detail=detail)
        self.retry_after = retry_after


class ExternalFailure(EventosError):
    code = "external_failure"
    message = "Un servicio externo no respondió como se esperaba."


class TransientFailure(ExternalFailure):
    code = "transient_failure"
    message = "Un servicio externo no está disponible en este momento."

    def __init__(self, message: str | None = None, *, detail: str | None = None, retry_after: float | None = None) -> None:
        super().__init__(message, detail=detail)
        self.retry_after = retry_after


class PermanentFailure(ExternalFailure):
    code = "permanent_failure"
    message = "Un servicio externo rechazó la solicitud."


class Busy(TransientFailure):
    """Our own database could not take the write in time: the page answers 503 and keeps the form."""

    code = "busy"
    message = "El sistema está ocupado. Lo que escribió no se perdió: vuelva a enviarlo en unos segundos."
