"""Run jobs: python -m omnigen_jobs."""

import threading

import omnigen_shared.quick_start  # noqa: F401 - before all else
from omnigen_jobs.app import create_app
from omnigen_jobs.settings import JobsSettings
from omnigen_shared.http.app import serve


def main() -> None:
    settings = JobsSettings()
    stop = threading.Event()
    serve("jobs", lambda: create_app(settings, is_stopping=stop.is_set), settings, on_stop=stop.set)


if __name__ == "__main__":
    main()
