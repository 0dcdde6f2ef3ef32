"""The door: devices of volunteers, and every reading of a ticket, kept with its verdict."""
