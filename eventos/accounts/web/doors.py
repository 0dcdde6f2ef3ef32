"""The blueprints of accounts, one for each audience."""

from eventos.kernel.http import Audience, Door

entrance = Door("accounts", __name__, audience=Audience.OPEN)
links = Door("accounts_links", __name__, audience=Audience.PERSONAL)
staff_pages = Door("accounts_staff", __name__, audience=Audience.STAFF)
