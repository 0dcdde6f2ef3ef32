"""Staff of the office: accounts, sessions, one-time links, roles."""
