import socketio
from socketio.exceptions import ConnectionRefusedError
from hub import hub, web

io = hub()


@io.on("connect")
async def refuse(sid, environ, auth=None):
    raise ConnectionRefusedError("authentication failed", {"code": "EAUTH"})


app = socketio.ASGIApp(io, web)
