"""The doors of accounts: coming in and out, one-time links, the team, one's own account."""

from eventos.accounts.web import account, entry, keys, team
from eventos.accounts.web.browser import start
from eventos.accounts.web.doors import entrance, links, staff_pages

DOORS = (entrance, links, staff_pages)
START = (start,)
NOTICES = {**entry.NOTICES, **team.NOTICES, **account.NOTICES, **keys.NOTICES}
