"""The least that FastAPI can do: nobody is asked who they are, no service is asked anything, a dict is answered."""

from fastapi import FastAPI

app = FastAPI()
_ANSWER = {"job": "x" * 962}
"""972 bytes of JSON, as the upstream's answer; a single text is what FastAPI turns into JSON with the least effort."""


@app.get("/health")
async def get_health() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/api/v1/jobs/{job_id}")
async def get_job(job_id: str) -> dict[str, str]:  # noqa: ARG001 - as a real one has it
    return _ANSWER
