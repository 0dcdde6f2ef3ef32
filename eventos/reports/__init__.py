"""The official informe of an event."""
