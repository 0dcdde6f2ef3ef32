"""Event registration and attendance for public offices: one folder per capability, files named by their role."""
