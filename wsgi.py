"""What any WSGI server serves: `granian --interface wsgi wsgi:app`, `flask --app wsgi …`."""

from eventos.app import create_app

app = create_app()
