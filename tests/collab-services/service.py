"""The service vocabulary: rooms, live editing, messages.

Like the real one: three events come before the CONNECT reply; a CONNECT without auth gets neither
40 nor 44; no ack for `authenticate`, for `field_completed` without a session, for `ping` with an
argument; `41` after some minutes without an event that counts; nothing is kept.
"""

import asyncio
import time

import common


class Service:
    """Its handlers, on a Socket.IO server."""

    def __init__(self, io, options):
        self.io = io
        self.options = options
        self.now = common.clock(options)
        # By sid, in the order of connection.
        self.people = {}
        io.on("connect", self.connect)
        io.on("disconnect", self.disconnect)
        for event in ("authenticate", "join_room", "leave_room", "live_typing", "field_completed",
                      "cursor_position", "field_conflict_detected", "subscribe_to_updates",
                      "send_message", "ping"):
            io.on(event, getattr(self, event))
        self.orders = common.Orders(io, self.sids_of)
        self.orders.add("notification", self.notification)
        self.orders.add("session", self.session)
        self.orders.add("event", self.event)

    def sids_of(self, user_id):
        return [sid for sid, who in self.people.items() if who["user_id"] == user_id]

    def count(self, sid):
        """The socket showed that it is there."""
        if sid in self.people:
            self.people[sid]["heard"] = time.monotonic()
            self.people[sid]["last_activity"] = self.now()

    async def connect(self, sid, environ, auth):
        await common.door(self.options)
        if auth is None and self.options.auth_optional:
            auth = {}
        # Without auth this fails, and the client hears nothing.
        role = auth.get("role", "guest")
        user_id = auth.get("user_id")
        self.people[sid] = {"user_id": user_id, "role": role, "step": None, "patient": None}
        self.count(sid)
        emit = self.io.emit
        await emit("joined_room", {"room": f"role_{role}"}, to=sid)
        welcome = f"Welcome to EVEP Platform! You are connected as {role}"
        await emit("system_message", {"message": welcome, "timestamp": self.now()}, to=sid)
        info = {"user_id": user_id, "role": role, "permissions": auth.get("permissions", [])}
        status = {"status": "online", "timestamp": self.now(), "user_info": info}
        await emit("system_status", status, to=sid)

    async def disconnect(self, sid, reason=None):
        self.people.pop(sid, None)

    async def authenticate(self, sid, data):
        who = self.people[sid]
        who["user_id"], who["role"] = data["user_id"], data["role"]
        success = {"user_id": data["user_id"], "role": data["role"], "timestamp": self.now()}
        await self.io.emit("authentication_success", success, to=sid)
        return self.io.not_handled

    async def join_room(self, sid, data):
        self.count(sid)
        room = data["room"]
        await self.io.enter_room(sid, room)
        joined = {"room": room, "message": f"Joined room: {room}"}
        await self.io.emit("room_joined", joined, to=sid)

    async def leave_room(self, sid, data):
        self.count(sid)
        room = data["room"]
        await self.io.leave_room(sid, room)
        await self.io.emit("room_left", {"room": room, "message": f"Left room: {room}"}, to=sid)

    async def to_session(self, sid, event, data, more, echo=False):
        room = f"hospital_mobile_session_{data['session_id']}"
        skip = None if echo else sid
        await self.io.emit(event, {**data, **more}, room=room, skip_sid=skip)

    async def live_typing(self, sid, data):
        self.count(sid)
        required = ["session_id", "step", "field_name", "current_value", "user_name"]
        if any(key not in data for key in required):
            error = {"message": "Missing required fields for live typing", "required": required}
            await self.io.emit("error", error, to=sid)
            return
        who = self.people[sid]
        where = f"{data['session_id']}_{data['step']}_{data['field_name']}"
        more = {"user_id": who["user_id"], "user_role": who["role"], "timestamp": self.now(),
                "event_id": f"typing_{where}_{time.time()}"}
        await self.to_session(sid, "live_field_typing", data, more)

    async def field_completed(self, sid, data):
        self.count(sid)
        if "session_id" not in data:
            return self.io.not_handled
        who = self.people[sid]
        more = {"user_id": who["user_id"], "user_role": who["role"], "timestamp": self.now()}
        await self.to_session(sid, "live_field_updated", data, more)

    async def cursor_position(self, sid, data):
        self.count(sid)
        if "session_id" not in data:
            return self.io.not_handled
        who = self.people[sid]
        data = {**data, "timestamp": self.now()}
        more = {"user_id": who["user_id"], "user_role": who["role"]}
        await self.to_session(sid, "user_cursor_moved", data, more)

    async def field_conflict_detected(self, sid, data):
        if "session_id" not in data:
            return self.io.not_handled
        conflict = f"conflict_{data['session_id']}_{data.get('field_name')}_{time.time()}"
        more = {"detecting_user": self.people[sid]["user_id"], "timestamp": self.now(),
                "conflict_id": conflict}
        await self.to_session(sid, "collaborative_conflict", data, more, echo=True)

    async def subscribe_to_updates(self, sid, data):
        self.count(sid)

    async def send_message(self, sid, data):
        self.count(sid)
        target, message = data["target_user"], data["message"]
        found = self.sids_of(target)
        if not found:
            error = {"error": "User not found or offline", "target_user": target}
            await self.io.emit("message_error", error, to=sid)
            return
        who = self.people[sid]
        new = {"from_user": who["user_id"], "from_role": who["role"], "message": message,
               "timestamp": self.now()}
        # Only the first socket of the person hears it.
        await self.io.emit("new_message", new, to=found[0])
        sent = {"target_user": target, "message": message, "timestamp": self.now()}
        await self.io.emit("message_sent", sent, to=sid)

    async def ping(self, sid, *args):
        if args:
            return self.io.not_handled
        self.count(sid)
        await self.io.emit("pong", (), to=sid)

    async def notification(self, order):
        data = {**order["notification"], "timestamp": self.now()}
        for sid in self.sids_of(order["user_id"])[:1]:
            await self.io.emit("notification", data, to=sid)

    async def session(self, order):
        session = order["session_id"]
        data = {"session_id": session, "update_type": "session_data_updated",
                "data": order["data"], "timestamp": self.now()}
        await self.io.emit("session_updated", data, room=f"hospital_mobile_session_{session}")

    async def event(self, order):
        data = {"event_type": order["event_type"], "user_id": order.get("user_id"),
                "room": order["room"], "data": order["data"], "timestamp": self.now(),
                "source": "backend"}
        await self.io.emit(order["event_type"], data, room=order["room"])

    async def watch(self):
        """Throws out who is idle, and says to all that the service lives."""
        checked = time.monotonic()
        while True:
            await asyncio.sleep(min(self.options.idle_check, self.options.health_check, 1))
            limit = time.monotonic() - self.options.idle
            if time.monotonic() - checked < self.options.idle_check:
                continue
            checked = time.monotonic()
            for sid, who in list(self.people.items()):
                if who["heard"] < limit:
                    await self.io.disconnect(sid)

    async def report(self):
        while True:
            await asyncio.sleep(self.options.health_check)
            data = {"timestamp": self.now(), "active_connections": len(self.people)}
            for sid in list(self.people):
                await self.io.emit("health_check", data, to=sid)


def arguments(description):
    parser = common.arguments(description)
    add = parser.add_argument
    add("--auth-optional", action="store_true", help="answer a CONNECT without auth, too")
    add("--idle", type=float, default=300, metavar="S", help="41 after so long without an event")
    add("--idle-check", type=float, default=60, metavar="S", help="how often that is looked at")
    add("--health-check", type=float, default=60, metavar="S", help="pause between health_check")
    return parser


async def health(_):
    return {"status": "healthy", "version": "1.0.0", "environment": "test", "enabled_modules": [],
            "total_modules": 0}


def run(options, register):
    io = common.server(options)
    service = register(io, options)
    app = common.application(io, options, {"GET /health": health})
    common.run(
        common.serve(options.host, options.port, app),
        service.watch(),
        service.report(),
        service.orders.run(),
    )


if __name__ == "__main__":
    run(arguments(__doc__).parse_args(), Service)
