"""The command line of the local stack."""

from omnigen_local.cli import app

if __name__ == "__main__":
    app()
