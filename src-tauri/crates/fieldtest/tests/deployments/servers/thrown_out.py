# everybody is accepted and disconnected at once
import socketio
from hub import hub, web

io = hub()


@io.on("connect")
async def greet(sid, environ, auth=None):
    io.start_background_task(io.disconnect, sid)


app = socketio.ASGIApp(io, web)
