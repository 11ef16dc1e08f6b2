# ask /api/socket.io/, then /socket.io/
import socketio
from fastapi import HTTPException
from hub import hub, web

web.mount("/socket.io", socketio.ASGIApp(hub(), socketio_path=""))


@web.api_route("/{service}/{rest:path}", methods=["GET", "POST"])
async def forward(service: str, rest: str):
    raise HTTPException(404, "Service not found")


@web.get("/{service}")   # without this one, Starlette redirects (307) to the trailing slash
async def top(service: str):
    raise HTTPException(404, "Not found")


app = web
