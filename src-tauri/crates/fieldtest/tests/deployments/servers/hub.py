import socketio
from fastapi import FastAPI

web = FastAPI()


@web.get("/health")
async def health():
    return {"status": "ok"}


def hub(origins="*", **options):
    io = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins=origins, **options)

    @io.on("connect")
    async def greet(sid, environ, auth=None):
        await io.emit("connected", {"status": "ok"}, to=sid)

    return io
