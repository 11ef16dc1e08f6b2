import socketio
from hub import hub, web

io = hub()


@io.on("connect")
async def refuse(sid, environ, auth=None):
    return False


app = socketio.ASGIApp(io, web)
