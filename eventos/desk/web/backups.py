"""When everything was last copied, how to copy it, and what losing the keys means."""

from flask import current_app, render_template

from eventos.desk.web.door import door
from eventos.kernel import backups, clock
from eventos.kernel.vocabulary import StaffRole


@door.get("/escritorio/copias", roles=(StaffRole.ADMINISTRATOR,))
def copies() -> str:
    settings = current_app.extensions["eventos.settings"]
    return render_template(
        "desk/backups.html", last=backups.standing(settings.data_dir, clock.now()), keys_in_settings=bool(settings.secret_keys)
    )
