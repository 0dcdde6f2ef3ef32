"""How often something may be asked for: generous to a network address, strict to a recipient and a document."""

from datetime import timedelta

from eventos.kernel.limits import Limit

# An auditorium or a town hall is one address; recipients and documents are strict.
PER_ADDRESS = Limit("registration.address", 600, timedelta(minutes=10))
PER_DOCUMENT = Limit("registration.document", 20, timedelta(hours=1))
MAILS_HOUR = Limit("registration.mails_hour", 10, timedelta(hours=1))
MAILS_DAY = Limit("registration.mails_day", 30, timedelta(days=1))
LINKS_PER_MAIL = Limit("registration.links_mail", 3, timedelta(hours=1))
LINKS_PER_ADDRESS = Limit("registration.links_address", 20, timedelta(hours=1))
MY_EVENTS_PER_MAIL = Limit("registration.my_events_mail", 3, timedelta(hours=1))
MY_EVENTS_PER_ADDRESS = Limit("registration.my_events_address", 20, timedelta(hours=1))
TRAPPED = Limit("registration.trapped", 1000, timedelta(days=1))  # counted, never refused: machines are answered as everybody
BAD_TOKENS = Limit("registration.bad_tokens", 60, timedelta(minutes=1))
MAIL_CHANGES = Limit("registration.mail_change", 5, timedelta(hours=1))
