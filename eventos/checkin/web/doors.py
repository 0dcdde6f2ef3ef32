"""The blueprints of the door, one for each audience."""

from eventos.kernel.http import Audience, Door
from eventos.kernel.vocabulary import StaffRole

URL = "/escritorio/eventos/<slug>/puerta"

staff_pages = Door("checkin", __name__, audience=Audience.STAFF, roles=(StaffRole.ADMINISTRATOR, StaffRole.ORGANISER))
links = Door("checkin_link", __name__, audience=Audience.PERSONAL)
app_files = Door("door_app", __name__, audience=Audience.PUBLIC)
device_pages = Door("door", __name__, audience=Audience.DEVICE)
arrival_pages = Door("arrival", __name__, audience=Audience.OPEN)
own_arrival = Door("own_arrival", __name__, audience=Audience.PERSONAL)
