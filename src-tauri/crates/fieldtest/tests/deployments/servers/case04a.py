import socketio
from fastapi import HTTPException
from hub import hub, web


@web.api_route("/{service}/{rest:path}", methods=["GET", "POST"])
async def forward(service: str, rest: str):
    raise HTTPException(404, "Service not found")


web.mount("/socket.io", socketio.ASGIApp(hub()))
app = web
