"""Bring a database's schema up to date."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import Engine

from domain.errors import EnvironmentFault
from ledger.faults import told_in_one_line


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Run the migrations that are missing; safe to repeat. EnvironmentFault when the database cannot take them."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with told_in_one_line(engine), engine.connect() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, revision)
        except CommandError as error:
            where = engine.url.render_as_string(hide_password=True)
            what = f"the database is not of this version of Dozvon: {error}"
            raise EnvironmentFault(
                what, where=where, remedy="run the version that wrote it, or a newer one"
            ) from error
        connection.commit()
