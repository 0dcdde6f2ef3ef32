"""The doors of registration for programs: people, their answers, decisions about them, and sheets of people."""

from eventos.registration.api import answers, decisions, people, sheets

DOORS = (people.door, answers.door, decisions.door, sheets.door)
