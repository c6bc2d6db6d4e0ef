"""What is asked for: a job of 972 bytes, which the service behind the gateways answers, and the floor by itself."""

from typing import Any, Final

import orjson

JOB: Final[dict[str, Any]] = {
    "id": "job_6f1c0d2e9b7a4c538e1f0a2b3c4d5e6f",
    "status": "generating",
    "stage": "clips",
    "prompt": "A 30-second ad for a mountain coffee brand: dawn, steam, first light on the ridge.",
    "category": "ad",
    "duration_s": 30,
    "aspect": "16:9",
    "resolution": "720p",
    "model": "fast",
    "price_micros": 441_000,
    "spent_micros": 196_000,
    "created_at": "2026-11-28T10:00:00Z",
    "deadline_at": "2026-11-28T10:30:00Z",
    "scenes": [
        {
            "id": f"scene_{number}",
            "status": "ready",
            "prompt": "Mist in the valley, a slow dolly towards the hut.",
            "duration_s": 6,
            "take": 1,
            "price_micros": 98_000,
        }
        for number in range(3)
    ],
    "links": {"self": "/api/v1/jobs/job_1", "events": "/api/v1/jobs/job_1/events", "video": None},
    "note": "",
}
BODY_BYTES: Final = 972
JOB["note"] = "x" * (BODY_BYTES - len(orjson.dumps(JOB)))
BODY: Final = orjson.dumps(JOB).decode()
