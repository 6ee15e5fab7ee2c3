"""The database of records: one engine, one history of migrations.

What is in it: `tables/`, one file for each room that remembers something; their names begin with
``facewright_``, since MLflow's tables may live in the same database. How it got there:
`migrations/versions/`, one numbered file for each step, kept in the table ``facewright_version``.

To add tables:

1. Write ``tables/<subject>.py`` with classes on `facewright.database.base.Base`, and name the
   module in `facewright.database.schema`.
2. Write ``migrations/versions/<number>_<subject>.py``: ``revision`` the next number,
   ``down_revision`` the one before, an ``upgrade``. There are no downgrades: a backup is the way
   back.
3. Set `facewright.database.upgrade.LATEST` to that number.

``tests/database`` fails until tables, migrations and ``LATEST`` agree, on SQLite and on PostgreSQL.
A step that was released is never edited; the next one mends it.
"""
