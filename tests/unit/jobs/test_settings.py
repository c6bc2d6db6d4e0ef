"""What the environment says."""

import pytest
from tests.fakes.jobs_bench import PRIVATE

from omnigen_jobs.settings import JobsSettings


def test_every_setting_has_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    variables = {
        "IDENTITY_PRIVATE_KEY": PRIVATE,
        "IDENTITY_PUBLIC_KEYS": '{"gateway": ["pem"]}',
        "JOBS_TABLE": "jobs",
        "RECEIPT_KEYS": '["pem"]',
        "ASSETS_BUCKET": "assets",
        "STATE_MACHINE_ARN": "arn",
        "QUOTA_URL": "http://quota",
        "COMPOSER_URL": "http://composer",
        "LEASE_S": "30",
        "REAPER_INTERVAL_S": "2.5",
        "DEADLINE_MARGIN_S": "60",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    settings = JobsSettings()
    assert (settings.jobs_table, settings.lease_s, settings.reaper_interval_s) == ("jobs", 30, 2.5)
    assert PRIVATE not in repr(settings)
