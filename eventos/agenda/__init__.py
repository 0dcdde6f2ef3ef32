"""What the public sees: the agenda, event pages, feeds, the legal pages."""
