import socketio
from hub import hub, web

combined = socketio.ASGIApp(hub(), web)   # exists, is not started
app = web
