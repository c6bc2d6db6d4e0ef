"""`python -m omnigen_quota`: the service, told by its environment."""

import omnigen_shared.quick_start  # noqa: F401 - before all else
from omnigen_quota.app import create_app
from omnigen_quota.settings import QuotaSettings
from omnigen_shared.http.app import serve

if __name__ == "__main__":
    settings = QuotaSettings()
    serve("quota", lambda: create_app(settings), settings)
