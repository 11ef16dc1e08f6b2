"""The insight feed: the gateway, or its other half, the relay, or both.

Like the real ones: `connected` comes before the CONNECT reply; a CONNECT with auth is never
answered; the gateway's `ping` needs exactly one argument; what one half pushes, the other does not;
the HTTP doors take any event from anybody.
"""

import datetime
import time

import common


def gateway(options):
    io = common.server(options)

    @io.on("connect")
    async def connect(sid, environ):
        # A handler without auth: a CONNECT that has some fails here, and is not answered.
        await common.door(options)
        await io.emit("connected", {"status": "ok"}, to=sid)

    @io.on("ping")
    async def ping(sid, data):
        await io.emit("pong", {"timestamp": time.time()}, to=sid)

    async def emit(body):
        await io.emit(body.get("event", "message"), body.get("data", {}))
        return {"status": "ok", "message": "Event broadcast"}

    return io, emit


def relay(options):
    io = common.server(options, ping_timeout=60)

    @io.on("connect")
    async def connect(sid, environ):
        await common.door(options)
        greeting = {"status": "ok", "message": "Connected to Kilo AI", "timestamp": time.time()}
        await io.emit("connected", greeting, to=sid)

    @io.on("ping")
    async def ping(sid, data=None):
        await io.emit("pong", {"timestamp": time.time(), "data": data}, to=sid)

    @io.on("subscribe")
    async def subscribe(sid, channel):
        await io.emit("subscribed", {"channel": channel, "timestamp": time.time()}, to=sid)

    @io.on("message")
    async def message(sid, data):
        await io.emit("message_received", {"status": "ok", "timestamp": time.time()}, to=sid)

    async def emit(body):
        event = body.get("event", "notification")
        await io.emit(event, body.get("data", {}))
        return {"status": "ok", "message": f"Emitted {event} to all clients"}

    return io, emit


def main():
    parser = common.arguments(__doc__)
    add = parser.add_argument
    add("--relay", action="store_true", help="be the relay, not the gateway")
    add("--relay-port", type=int, metavar="PORT",
        help="be both; the relay's port is printed on the second line")
    options = parser.parse_args()

    async def ok(_):
        return {"status": "ok"}

    async def relay_ok(_):
        return {"status": "ok", "service": "socketio-relay"}

    relay_io, relay_emit = relay(options)
    relay_pages = {"GET /health": relay_ok, "GET /status": relay_ok, "POST /emit": relay_emit}
    relay_app = common.application(relay_io, options, relay_pages)
    if options.relay:
        orders = common.Orders(relay_io, lambda _: [])
        common.run(common.serve(options.host, options.port, relay_app), orders.run())
        return

    io, emit = gateway(options)

    async def notify(body):
        data = {key: body.get(key) for key in ("type", "content", "metadata")}
        timestamp = datetime.datetime.now().isoformat()
        if options.relay_port is not None:
            await relay_io.emit("notification", {**data, "timestamp": timestamp})
        return {"status": "ok", "message": "Notification sent"}

    pages = {"GET /health": ok, "GET /status": ok, "POST /emit": emit,
             "POST /api/agent/notify": notify}
    app = common.application(io, options, pages)
    tasks = [common.serve(options.host, options.port, app)]
    if options.relay_port is not None:
        tasks.append(common.serve(options.host, options.relay_port, relay_app))
    tasks.append(common.Orders(io, lambda _: []).run())
    common.run(*tasks)


if __name__ == "__main__":
    main()
