"""Who of the debtors is one human being"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KNOWN = sa.text("person IS NOT NULL")


def upgrade() -> None:
    op.add_column("debtor", sa.Column("person", sa.String(), nullable=True))
    op.create_index("debtor_of_person", "debtor", ["person"], sqlite_where=KNOWN, postgresql_where=KNOWN)


def downgrade() -> None:
    op.drop_index("debtor_of_person", "debtor")
    op.drop_column("debtor", "person")
