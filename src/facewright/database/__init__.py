"""The database of records: one engine, one history of migrations."""
