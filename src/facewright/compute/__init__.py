"""Places where a job can run. They know nothing of runs, histories or accounts."""
