"""What the test servers of live collaboration have in common.

Each server is a file of its own and behaves like the real one; its switches add what else has been
met. The port is printed alone on the first line of stdout. Lines of JSON on stdin are orders: see
`Orders`.
"""

import argparse
import asyncio
import datetime
import json
import re
import socket
import sys
import urllib.parse

import socketio
import uvicorn


def arguments(description):
    """The switches that all servers have."""
    parser = argparse.ArgumentParser(description=description)
    add = parser.add_argument
    add("--port", type=int, default=0, help="0 takes a free one")
    add("--host", default="127.0.0.1")
    add("--polling-only", action="store_true", help="refuse websockets, offer no upgrade")
    add("--wrong-path", action="store_true", help="serve at /socket.io/socket.io/ only")
    add("--refuse", nargs="?", const="Connection rejected by server", metavar="TEXT",
        help="answer every CONNECT with 44")
    add("--silent", action="store_true", help="answer no CONNECT")
    add("--no-acks", action="store_true", help="never acknowledge anything")
    add("--zoned-times", action="store_true", help="times in UTC with zone, not naive local")
    add("--ping-interval", type=float, default=25)
    add("--ping-timeout", type=float, default=20)
    return parser


def server(options, **more):
    """The Socket.IO server. Without logs: they would hold what people write."""
    transports = ["polling"] if options.polling_only else ["polling", "websocket"]
    settings = {
        "async_mode": "asgi",
        "cors_allowed_origins": "*",
        "transports": transports,
        "allow_upgrades": not options.polling_only,
        "ping_interval": options.ping_interval,
        "ping_timeout": options.ping_timeout,
        **more,
    }
    io = socketio.AsyncServer(**settings)
    if options.no_acks:
        send = io._send_packet

        async def send_all_but_acks(eio_sid, packet):
            if packet.packet_type not in (socketio.packet.ACK, socketio.packet.BINARY_ACK):
                await send(eio_sid, packet)

        io._send_packet = send_all_but_acks
    return io


async def door(options):
    """What every connect handler does first."""
    if options.silent:
        # A handler that fails is how the real ones fall silent. Waiting here would stop the pongs.
        raise RuntimeError("silent as ordered")
    if options.refuse is not None:
        raise socketio.exceptions.ConnectionRefusedError(options.refuse)


def clock(options):
    """Makes the text of the present, as the server writes times."""

    def now():
        if options.zoned_times:
            return datetime.datetime.now(datetime.timezone.utc).isoformat()
        return datetime.datetime.now().isoformat()

    return now


def application(io, options, pages):
    """The server with its pages: functions by "METHOD /path", given the body as JSON."""

    async def page(scope, receive, send):
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close"})
            return
        if scope["type"] != "http":
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        found = pages.get(f"{scope['method']} {scope['path']}")
        status, answer = 404, {"detail": "Not found"}
        if found:
            status, answer = 200, await found(json.loads(body or b"{}"))
        head = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": head})
        text = json.dumps(answer, separators=(",", ":")).encode()
        await send({"type": "http.response.body", "body": text})

    path = "socket.io/socket.io" if options.wrong_path else "socket.io"
    return behind_edge(socketio.ASGIApp(io, other_asgi_app=page, socketio_path=path))


# What the operators' edge turns away: programs by words within their User-Agent (two letters are
# enough to be mistaken for one), and addresses that look like an attack, also in encoded form.
SUSPECT_AGENTS = ("nmap", "nikto", "wikto", "sf", "sqlmap", "bsqlbf", "w3af", "acunetix", "havij",
                  "appscan")
SUSPECT_ADDRESS = re.compile(
    r"union.*select|insert.*into|delete.*from|drop.*table|update.*set|\.\./|\.\.\\", re.IGNORECASE)


def suspect(scope):
    """Whether the edge turns a request away."""
    heads = dict(scope["headers"])
    agent = heads.get(b"user-agent", b"").decode("latin-1").lower()
    address = (scope["raw_path"] + b"?" + scope["query_string"]).decode("latin-1")
    spellings = (address, urllib.parse.unquote(address), urllib.parse.unquote_plus(address))
    return any(word in agent for word in SUSPECT_AGENTS) or any(
        SUSPECT_ADDRESS.search(spelling) for spelling in spellings)


def behind_edge(app):
    """The server as clients reach it."""

    async def edge(scope, receive, send):
        if scope["type"] not in ("http", "websocket") or not suspect(scope):
            await app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close"})
        else:
            await send({"type": "http.response.start", "status": 403, "headers": []})
            await send({"type": "http.response.body", "body": b"Forbidden"})

    return edge


class Orders:
    """Lines on stdin, one JSON object each.

    {"emit": event, "data": …} goes to everybody, with "room" or "user" to some; {"disconnect":
    user} sends 41; {"sockets": n} waits until there are no more than n; more by name in `add`. Each
    is answered with a line {"done": …} once it is carried out.
    The end of stdin is no order: the server goes on.
    """

    def __init__(self, io, sids_of):
        self.io = io
        self.sids_of = sids_of
        self.more = {}

    def add(self, name, carry_out):
        self.more[name] = carry_out

    async def run(self):
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=1 << 24)
        try:
            await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        except ValueError:
            return
        while line := await reader.readline():
            if not line.strip():
                continue
            order = json.loads(line)
            await self.obey(order)
            print(json.dumps({"done": next(iter(order))}), flush=True)

    async def obey(self, order):
        if "emit" in order:
            data = tuple(order["args"]) if "args" in order else order.get("data")
            if "user" in order:
                for sid in self.sids_of(order["user"]):
                    await self.io.emit(order["emit"], data, to=sid)
            else:
                await self.io.emit(order["emit"], data, room=order.get("room"))
        elif "disconnect" in order:
            for sid in self.sids_of(order["disconnect"]):
                await self.io.disconnect(sid)
        elif "sockets" in order:
            while len(list(self.io.manager.get_participants("/", None))) > order["sockets"]:
                await asyncio.sleep(0.01)
        else:
            name = next(iter(order))
            await self.more[name](order[name])


async def serve(host, port, app):
    """Binds, says where, and serves until the process is ended."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(512)
    print(listener.getsockname()[1], flush=True)
    config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off")
    await uvicorn.Server(config).serve(sockets=[listener])


def run(*tasks):
    """Runs them beside each other; all end with the first that serves."""

    async def all_of_them():
        running = [asyncio.create_task(task) for task in tasks]
        await running[0]
        for task in running[1:]:
            task.cancel()

    asyncio.run(all_of_them())
