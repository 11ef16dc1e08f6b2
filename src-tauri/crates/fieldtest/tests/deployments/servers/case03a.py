# Starlette 0.27; the same file is healthy with Starlette 1.x: control 03b
import socketio
from hub import hub, web

web.mount("/socket.io", socketio.ASGIApp(hub()))
app = web
