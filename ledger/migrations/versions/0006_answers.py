"""What a debtor answered, and how long he stayed in the last node"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("touch", sa.Column("answers", sa.String(), nullable=False, server_default=""))
    op.add_column("touch", sa.Column("node_ms", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("touch", "node_ms")
    op.drop_column("touch", "answers")
