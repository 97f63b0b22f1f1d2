"""People are looked up by name and by the number of their proceeding"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if (
        op.get_bind().dialect.name == "postgresql"
    ):  # by code points, as SQLite does: what begins so is a range
        op.alter_column("debtor", "name", type_=sa.String(collation="C"))
    op.create_index("debtor_name", "debtor", ["name"])
    op.create_index("proceeding_number", "proceeding", ["number"])


def downgrade() -> None:
    op.drop_index("proceeding_number", "proceeding")
    op.drop_index("debtor_name", "debtor")
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("debtor", "name", type_=sa.String())
