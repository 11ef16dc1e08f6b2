"""python-socketio under uvicorn, for the conformance tests.

Argument: one JSON object with "port" and options of AsyncServer. uvicorn says when it is ready.
"""

import json
import sys

import socketio
import uvicorn

options = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}
port = options.pop("port", 0)
io = socketio.AsyncServer(async_mode="asgi", namespaces="*", **options)


def serve(namespace):
    def on(event):
        return io.on(event, namespace=namespace)

    @on("connect")
    async def connect(sid, environ, auth=None):
        # Sent before the answer to the CONNECT packet.
        await io.emit("connected", {"socketId": sid}, to=sid, namespace=namespace)

    @on("echo")
    async def echo(sid, *args):
        return args

    @on("nothing")
    async def nothing(sid):
        return ()

    @on("later")
    async def later(sid, number, delay):
        await io.sleep(delay / 1000)
        return number

    @on("transport")
    async def transport(sid):
        return io.transport(sid, namespace=namespace)

    @on("flood")
    async def flood(sid, count):
        for i in range(count):
            await io.emit("tick", i, to=sid, namespace=namespace)

    @on("bytes")
    async def received(sid, data):
        reverse = bytes(reversed(data))
        await io.emit("bytes", ({"nested": [data]}, "and", reverse), to=sid, namespace=namespace)
        return {"size": len(data), "bytes": data}

    @on("ask")
    async def ask(sid):
        def answered(*args):
            return io.emit("answered", args, to=sid, namespace=namespace)

        await io.emit("question", "how many?", to=sid, namespace=namespace, callback=answered)

    @on("broadcast")
    async def broadcast(sid, data):
        await io.emit("news", data, namespace=namespace)

    @on("leave me")
    async def leave(sid):
        await io.disconnect(sid, namespace=namespace)


serve("/")
serve("/admin")


@io.on("connect", namespace="/closed")
async def refuse(sid, environ, auth=None):
    raise socketio.exceptions.ConnectionRefusedError("not with this token", {"code": "EAUTH"})


@io.on("connect", namespace="/shut")
async def refuse_without_reason(sid, environ, auth=None):
    return False


uvicorn.run(socketio.ASGIApp(io), host="127.0.0.1", port=port, log_level="info")
