"""What works on the machine of a job: standard library only, Python 3.9 and later, sent by SSH."""
