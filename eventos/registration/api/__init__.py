"""The doors of registration for programs: people, and sheets of people."""

from eventos.registration.api import people, sheets

DOORS = (people.door, sheets.door)
