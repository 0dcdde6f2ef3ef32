"""The forms of accounts: coming in, choosing a password, the team, one's own account."""

from typing import Any

from wtforms import EmailField, PasswordField, SelectChoice, SelectField, SelectMultipleField, widgets
from wtforms.validators import EqualTo, Length, ValidationError

from eventos.accounts import rules
from eventos.kernel.text import clean
from eventos.kernel.vocabulary import ApiScope, StaffRole
from eventos.kernel.webforms import BaseForm, Max, Needed, TextLine, choices

LONG = f"Escriba como máximo {rules.PASSWORD_LONGEST} caracteres."
PASSWORD_HELP = "Entre 12 y 256 caracteres. Cuatro palabras sueltas son fáciles de recordar y difíciles de adivinar."  # noqa: S105 - words for a person
ROLES = [SelectChoice(value=role.value, label=role.label) for role in StaffRole]
CODE_KW = {"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": "12"}


def _email(label: str, **render_kw: str) -> EmailField:
    return EmailField(
        label,
        filters=[lambda value: clean(value) if value else value],
        validators=[Needed("Escriba el correo."), Max(rules.EMAIL_LONGEST)],
        render_kw=render_kw,
    )


def _new_password(label: str) -> PasswordField:
    return PasswordField(
        label,
        description=PASSWORD_HELP,
        validators=[Needed("Escriba la contraseña."), Length(max=1000, message=LONG)],
        render_kw={"autocomplete": "new-password"},
    )


def _repeated() -> PasswordField:
    return PasswordField(
        "Repita la contraseña",
        validators=[Needed("Repita la contraseña."), EqualTo("password", message="Las dos contraseñas no son iguales.")],
        render_kw={"autocomplete": "new-password"},
    )


def _present_password() -> PasswordField:
    return PasswordField(
        "Contraseña actual", validators=[Needed("Escriba su contraseña actual.")], render_kw={"autocomplete": "current-password"}
    )


class SignInForm(BaseForm):
    email = _email("Correo", autocomplete="email")
    password = PasswordField("Contraseña", validators=[Needed("Escriba la contraseña.")], render_kw={"autocomplete": "current-password"})
    code = TextLine("Código de verificación", description="Solo si activó la verificación en dos pasos.", render_kw=CODE_KW)


class ForgottenForm(BaseForm):
    email = _email("Correo de su cuenta", autocomplete="email")


class NewPasswordForm(BaseForm):
    password = _new_password("Contraseña nueva")
    repeated = _repeated()


class FirstAdminForm(BaseForm):
    name = TextLine(
        "Nombre y apellidos", validators=[Needed("Escriba su nombre."), Max(rules.NAME_LONGEST)], render_kw={"autocomplete": "name"}
    )
    email = _email("Correo", autocomplete="email")
    password = _new_password("Contraseña")
    repeated = _repeated()


class InviteForm(BaseForm):
    name = TextLine(
        "Nombre y apellidos", validators=[Needed("Escriba el nombre."), Max(rules.NAME_LONGEST)], render_kw={"autocomplete": "off"}
    )
    email = _email("Correo institucional", autocomplete="off")
    role = SelectField("Rol", choices=ROLES, default=StaffRole.ORGANISER.value)


class RoleForm(BaseForm):
    role = SelectField("Rol", choices=ROLES)


class NameForm(BaseForm):
    name = TextLine(
        "Nombre y apellidos", validators=[Needed("Escriba su nombre."), Max(rules.NAME_LONGEST)], render_kw={"autocomplete": "name"}
    )


class ChangePasswordForm(BaseForm):
    present = _present_password()
    password = _new_password("Contraseña nueva")
    repeated = _repeated()


class CodeForm(BaseForm):
    code = TextLine("Código de seis cifras", validators=[Needed("Escriba el código.")], render_kw=CODE_KW)


class DisableTotpForm(BaseForm):
    present = _present_password()


def _ticked(_form: BaseForm, field: Any) -> None:
    if not field.data or not set(field.data) <= set(ApiScope):
        raise ValidationError("Marque al menos un alcance de la lista.")


class ScopeList(SelectMultipleField):
    """Scopes as checkboxes; none is ticked beforehand."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()


class ApiTokenForm(BaseForm):
    name = TextLine("Nombre de la llave", [Needed("Escriba para qué programa es."), Max(80)], render_kw={"autocomplete": "off"})
    scopes = ScopeList("Qué puede hacer", [_ticked], choices=choices(*ApiScope.choices()), validate_choice=False)
    days = SelectField(
        "Vigencia", choices=choices(("30", "30 días"), ("90", "90 días"), ("180", "180 días"), ("365", "Un año")), default="90"
    )
