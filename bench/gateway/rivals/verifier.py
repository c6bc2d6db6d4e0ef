"""What nginx's auth_request asks: 204 and whose token it is, or 401."""

from fastapi import FastAPI, Response

from bench.gateway.rivals.verifying import User

app = FastAPI()


@app.get("/health")
async def get_health() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/verify")
async def get_verdict(user: User) -> Response:
    return Response(status_code=204, headers={"X-User": user})
