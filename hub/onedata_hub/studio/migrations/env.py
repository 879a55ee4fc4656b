"""Alembic's environment: run by ``migrate.migrate`` with the URL in its attributes."""

from alembic import context
from onedata_hub.studio import tables
from onedata_hub.studio.migrate import ONE_AT_A_TIME
from sqlalchemy import create_engine, text

engine = create_engine(context.config.attributes["url"])
with engine.connect() as connection:
    if connection.dialect.name == "postgresql":
        # Pods that start at once migrate at once. The lock is the connection's, and goes with it.
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ONE_AT_A_TIME})
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=tables.METADATA,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
