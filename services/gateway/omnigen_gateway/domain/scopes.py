"""What may be done with an API key."""

from enum import StrEnum


class Scope(StrEnum):
    """Read or change what jobs answers (storyboards and models too); read what was used; read or change webhooks."""

    JOBS_READ = "jobs:read"
    JOBS_WRITE = "jobs:write"
    USAGE_READ = "usage:read"
    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_WRITE = "webhooks:write"
