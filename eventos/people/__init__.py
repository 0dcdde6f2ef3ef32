"""Attendees: who they are, how to reach them, what they authorised."""
