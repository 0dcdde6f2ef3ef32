"""The mails of accounts: the link is made when it is sent, so no job holds a token."""

from eventos.accounts import messages, service
from eventos.adapters import mail
from eventos.kernel import correspondence, outbox
from eventos.kernel.db import transaction
from eventos.kernel.outbox import task


@task("accounts.send_link", mails=True)
def send_link(staff_id: int, purpose: str, mail_id: str) -> None:
    """Make the link, let go of the database, send. A second try carries a new link; the first stays good until one is used."""
    with transaction() as db:
        view = service.link_for_mail(db, staff_id, purpose)
    if view is None:
        return
    name, _address = mail.sender()
    message = messages.link(view, mail_id=mail_id, office=name)
    mail.send(message)
    with transaction() as db:
        correspondence.record_sent(
            db,
            message_id=message.message_id,
            kind=f"accounts.{purpose}",
            recipient=view.email,
            subject=message.subject,
            about=("staff", staff_id),
        )
        outbox.finish(db)
