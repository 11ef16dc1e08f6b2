import socketio
from hub import hub, web

app = socketio.ASGIApp(hub(), web)
