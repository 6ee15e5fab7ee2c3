"""`python -m facewright`."""

from facewright.cli.main import main

if __name__ == "__main__":
    main()
