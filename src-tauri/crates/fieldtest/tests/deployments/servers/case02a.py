import socketio
from hub import hub, web

app = socketio.ASGIApp(hub(["https://panel.example"]), web)
