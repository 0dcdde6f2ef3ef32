"""Messages that depend on what happened: thanks with the constancia, and "we missed you"; and how a cycle words every mail."""
