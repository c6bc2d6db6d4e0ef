"""The least that FastAPI can do: as floor.py, of a declared type, and that a single text."""

from fastapi import FastAPI

from bench.gateway.job import BODY_BYTES

app = FastAPI()
_ANSWER = {"job": "x" * (BODY_BYTES - len('{"job":""}'))}


@app.get("/health")
async def get_health() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/api/v1/jobs/{job_id}")
async def get_job(job_id: str) -> dict[str, str]:  # noqa: ARG001 - as a real one has it
    return _ANSWER
