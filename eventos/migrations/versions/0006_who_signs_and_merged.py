"""Who signs the constancias and where they are issued; and an index to find the few people who were merged."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MERGED = sa.text("merged_into_id IS NOT NULL")


def upgrade() -> None:
    for name in ("signer_name", "signer_post", "issued_in"):
        op.add_column("office", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.create_index("ix_person_merged", "person", ["merged_into_id"], sqlite_where=MERGED, postgresql_where=MERGED)


def downgrade() -> None:
    op.drop_index("ix_person_merged", table_name="person", sqlite_where=MERGED, postgresql_where=MERGED)
    with op.batch_alter_table("office", schema=None) as batch_op:
        for name in ("issued_in", "signer_post", "signer_name"):
            batch_op.drop_column(name)
