"""What is remembered of runs, how they are watched, and what a script reports while it runs."""

from facewright.runs.reporting import log, log_parameters, tag, upload

__all__ = ["log", "log_parameters", "tag", "upload"]
