"""A trivial FastAPI endpoint: nobody is asked who they are, no service is asked anything, a dict is returned."""

from typing import Any

from fastapi import FastAPI

from bench.gateway.job import JOB

app = FastAPI()


@app.get("/health")
async def get_health() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/api/v1/jobs/{job_id}", response_model=None)
async def get_job(job_id: str) -> dict[str, Any]:  # noqa: ARG001 - as a real one has it
    return JOB
