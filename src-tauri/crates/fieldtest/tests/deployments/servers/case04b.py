import socketio
from fastapi import HTTPException
from hub import hub, web


@web.api_route("/{service}/{rest:path}", methods=["GET", "POST"])
async def forward(service: str, rest: str):
    # stands for a proxy route whose target refuses the connection
    raise HTTPException(502, "Bad Gateway: All connection attempts failed")


web.mount("/socket.io", socketio.ASGIApp(hub(), socketio_path=""))
app = web
