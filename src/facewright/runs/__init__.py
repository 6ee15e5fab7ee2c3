"""What is remembered of runs, and how they are watched while they last."""
