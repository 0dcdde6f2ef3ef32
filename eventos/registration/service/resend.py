"""Sends people their personal links again, to the address on file and nowhere else."""

from datetime import datetime

from sqlalchemy.orm import Session

from eventos.kernel import limits, outbox
from eventos.kernel.text import normalise_email
from eventos.registration import queries
from eventos.registration.service import notify
from eventos.registration.service.allowance import LINKS_PER_ADDRESS, LINKS_PER_MAIL


def resend_links(db: Session, email: str, *, now: datetime, address: str) -> None:
    """Promise the mail with the personal links of an address, when there are any. Nothing told here depends on whether there are.

    Raises TooManyRequests when one network address asks too often; asked too often for one mail address, nothing is sent.
    """
    email_key = normalise_email(email)
    limits.spend(db, (LINKS_PER_ADDRESS, address))
    (asked,) = limits.hit(db, (LINKS_PER_MAIL, email_key))
    if asked > LINKS_PER_MAIL.times:
        return  # before its mails are counted: asking over and over must not hold back the ones that somebody else waits for
    person_ids = queries.people_with_mail(db, email_key, now)
    flooded = notify.count_mail(db, email_key)
    if flooded:
        return
    number = int(now.timestamp())
    for person_id in person_ids:
        outbox.enqueue(db, "registration.links", key=f"registration.links:{person_id}:{number}", person_id=person_id, number=number)
