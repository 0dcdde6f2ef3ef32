"""The words of the mails that carry one-time links."""

from eventos.accounts.service import LinkMail
from eventos.adapters.mail import Mail
from eventos.kernel import links
from eventos.kernel.templating import plain

PATHS = {"invitation": "/invitacion", "reset": "/restablecer"}
SUBJECTS = {"invitation": "Active su cuenta de Eventos", "reset": "Cambie su contraseña de Eventos"}


def link(view: LinkMail, *, mail_id: str, office: str) -> Mail:
    """The mail with an invitation or a way to a new password. `office` is the sender's name."""
    context = {
        "view": view,
        "url": links.absolute(f"{PATHS[view.purpose]}/{view.token}"),
        "office": {"name": office, "parent": "", "entity": "", "address": "", "phone": "", "data_email": ""},
    }
    return Mail(
        to=view.email,
        to_name=view.name,
        subject=SUBJECTS[view.purpose],
        text=plain(f"mail/accounts/{view.purpose}.txt", **context),
        html=plain(f"mail/accounts/{view.purpose}.html", **context),
        message_id=f"<cuenta.{mail_id}@{links.host()}>",
    )
