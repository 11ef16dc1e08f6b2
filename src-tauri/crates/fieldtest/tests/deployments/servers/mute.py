# the connect handler waits for something that never comes
import asyncio

import socketio
from hub import hub, web

io = hub()


@io.on("connect")
async def wait(sid, environ, auth=None):
    await asyncio.sleep(3600)


app = socketio.ASGIApp(io, web)
