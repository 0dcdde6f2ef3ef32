"""Background work: the bell (Huey) and the runner that keeps the outbox's promises."""
