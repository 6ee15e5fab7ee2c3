"""The two tables of galleries in a database.

They have no history of migrations: replicas of an older and a newer release work on them side by
side while a service is updated, and an older one is started again when the update is taken back.
Another layout would be other tables.
"""

from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table

from facewright.database.base import PREFIX

metadata = MetaData()

GALLERIES = Table(
    f"{PREFIX}galleries",
    metadata,
    Column("name", String(64), primary_key=True),
    # Made anew with every gallery: one that was emptied and filled again is another.
    Column("identity", String(36), nullable=False),
    Column("format", Integer, nullable=False),
    Column("contract_id", String(500), nullable=False),
    Column("dimension", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
)
"""One row for each gallery with people in it; `revision` grows with every change."""

PEOPLE = Table(
    f"{PREFIX}gallery_people",
    metadata,
    Column("gallery", String(64), primary_key=True),
    Column("key", String(32), primary_key=True),
    # The gallery's revision when the person was written.
    Column("revision", Integer, nullable=False),
    Column("record", LargeBinary, nullable=False),
)
"""One row for each person: the same bytes that a folder has in the person's file."""
