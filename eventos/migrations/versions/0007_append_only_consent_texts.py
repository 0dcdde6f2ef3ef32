"""The wording somebody agreed to is append-only like the consent that names it: who changed it would change what they said yes to."""

from eventos.migrations import append_only

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

RULES = {"consent_text": ("FALSE", "FALSE")}


def upgrade() -> None:
    append_only.guard(RULES)


def downgrade() -> None:
    append_only.release(RULES)
