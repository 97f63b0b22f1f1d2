"""What an operator talks on: a telephone or his browser"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("operator", sa.Column("phone", sa.String(), nullable=False, server_default="telephone"))


def downgrade() -> None:
    op.drop_column("operator", "phone")
