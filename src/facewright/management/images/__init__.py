"""Images: planned, built without a container engine, kept, moved and looked into."""
