"""The deployed vocabulary, as far as it is known.

The real one refuses everybody (`--refuse`). The shapes behind its four events are a guess, but for
the ack of an error. Like the real one: the query of the handshake is not percent-decoded; a lost
connection is silent; nothing is kept.
"""

import common
from queue_of_patients import Queue


class Deployed:
    """Its handlers, on a Socket.IO server."""

    def __init__(self, io, options):
        self.io = io
        self.options = options
        self.now = common.clock(options)
        self.queue = Queue(self.now)
        # Identity from the query, by sid; people in the order of their joins, by room and sid.
        self.queries = {}
        self.rooms = {}
        io.on("connect", self.connect)
        io.on("disconnect", self.disconnect)
        for event in ("join_patient_room", "leave_patient_room", "field_update", "step_update"):
            io.on(event, self.safely(getattr(self, event)))
        self.orders = common.Orders(io, self.sids_of)

    def safely(self, handler):
        """A failure is an ack with the bare text of the exception."""

        async def handle(sid, *args):
            try:
                return await handler(sid, *args)
            except Exception as error:
                return {"status": "error", "message": str(error)}

        return handle

    def sids_of(self, user_id):
        return [sid for sid, query in self.queries.items() if query.get("user_id") == user_id]

    async def connect(self, sid, environ, auth=None):
        await common.door(self.options)
        pairs = (pair.split("=", 1) for pair in environ.get("QUERY_STRING", "").split("&"))
        self.queries[sid] = {pair[0]: pair[1] for pair in pairs if len(pair) == 2}

    async def disconnect(self, sid, reason=None):
        self.queries.pop(sid, None)
        for people in self.rooms.values():
            people.pop(sid, None)

    def person(self, sid, patient):
        return self.rooms.get(patient, {}).get(sid)

    def rows(self, patient):
        return list(self.rooms.get(patient, {}).values())

    async def join_patient_room(self, sid, data):
        patient, user = data["patient_id"], data.get("user", {})
        room = f"patient_{patient}"
        query = self.queries[sid]
        row = {
            "user_id": user.get("user_id", query.get("user_id")),
            "name": user.get("name", query.get("user_name")),
            "role": user.get("role", query.get("user_role")),
            "step": user.get("step", query.get("step")),
            "last_activity": self.now(),
            "status": "active",
        }
        if self.options.names_of_query:
            row["name"] = query.get("user_name")
        self.rooms.setdefault(patient, {})[sid] = row
        await self.io.enter_room(sid, room)
        await self.io.emit("user_joined", row, room=room, skip_sid=sid)
        await self.io.emit("active_users_updated", self.rows(patient), room=room)
        entry = self.queue.add(patient, row["user_id"], data.get("priority", "normal"))
        await self.io.emit("queue_updated", self.queue.entries, room=room)
        return {"status": "success", "room": room, "queue_position": entry["queue_position"],
                "active_users": self.rows(patient)}

    async def leave_patient_room(self, sid, data):
        patient = data["patient_id"]
        room = f"patient_{patient}"
        await self.io.leave_room(sid, room)
        row = self.rooms.get(patient, {}).pop(sid, None)
        if row:
            self.queue.remove_staff(patient, row["user_id"])
            await self.io.emit("user_left", row["user_id"], room=room)
            await self.io.emit("active_users_updated", self.rows(patient), room=room)
        return {"status": "success"}

    async def field_update(self, sid, data):
        patient = data["patient_id"]
        row = self.person(sid, patient) or {}
        update = {
            "patient_id": patient,
            "field": data["field"],
            "value": data["value"],
            "step": data.get("step"),
            "user_id": row.get("user_id", self.queries[sid].get("user_id")),
            "user_name": row.get("name", self.queries[sid].get("user_name")),
            "timestamp": self.now(),
        }
        room = f"patient_{patient}"
        await self.io.emit(self.options.field_event, update, room=room, skip_sid=sid)
        return {"status": "success"}

    async def step_update(self, sid, data):
        patient, step = data["patient_id"], data["step"]
        room = f"patient_{patient}"
        row = self.person(sid, patient)
        if row:
            row["step"] = step
        changed = {"user_id": row["user_id"] if row else self.queries[sid].get("user_id"),
                   "step": step, "step_name": data.get("step_name"), "patient_id": patient,
                   "timestamp": self.now()}
        await self.io.emit("step_changed", changed, room=room, skip_sid=sid)
        self.queue.set_step(patient, step)
        await self.io.emit("queue_updated", self.queue.entries, room=room)
        return {"status": "success"}


def main():
    parser = common.arguments(__doc__)
    add = parser.add_argument
    add("--field-event", choices=["field_updated", "field_update"], default="field_updated")
    add("--names-of-query", action="store_true",
        help="show names as the query has them, which is not decoded")
    options = parser.parse_args()
    origins = ["http://panel.example", "https://panel.example"]
    io = common.server(options, cors_allowed_origins=origins)
    deployed = Deployed(io, options)

    async def health(_):
        return {"status": "healthy", "service": "socketio", "timestamp": deployed.now(),
                "connected_clients": len(deployed.queries)}

    async def root(_):
        return {"service": "socketio", "version": "1.0.0", "status": "running",
                "timestamp": deployed.now()}

    app = common.application(io, options, {"GET /health": health, "GET /": root})
    common.run(common.serve(options.host, options.port, app), deployed.orders.run())


if __name__ == "__main__":
    main()
