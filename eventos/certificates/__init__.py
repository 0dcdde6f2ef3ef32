"""Certificates: what an attendee downloads and anybody can verify; and badges for the door."""
