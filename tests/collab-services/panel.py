"""The panel vocabulary: presence, steps and queue, on the sockets of the service.

Like the real one: a row for each socket, named "Unknown", with the role of the CONNECT auth; a lost
connection is silent; `user_left` is a bare string; `step_status_updated` is a constant; the queue
goes to the room of the patient concerned only, and its staff stay for ever; nothing is kept.
"""

import time

import service
from queue_of_patients import Queue

CONSTANT = [{"step": 3, "assigned_staff": ["user1"], "estimated_duration": "15 min",
             "completion_status": "in_progress"}]
# The same as the panel's own type declarations have it.
TYPED = [{"step_number": 3, "step_name": "VA Screening", "status": "in_progress",
          "assigned_staff": [{"user_id": "user1", "name": "User One", "role": "nurse"}],
          "estimated_duration": 15, "actual_duration": 5}]


class Panel(service.Service):
    """Its handlers beside those of the service."""

    def __init__(self, io, options):
        super().__init__(io, options)
        self.queue = Queue(self.now)
        for event in ("join_screening", "step_change", "user_heartbeat", "leave_screening"):
            io.on(event, getattr(self, event))

    def rows(self, patient):
        limit = time.monotonic() - self.options.away_after
        return [
            {
                "user_id": who["user_id"],
                "name": who.get("name", "") if self.options.real_names else "Unknown",
                "role": who["role"],
                "step": who["step"],
                "last_activity": who["last_activity"],
                "status": "active" if who["heard"] > limit else self.options.away_word,
            }
            for who in self.people.values()
            if who["patient"] == patient
        ]

    async def send_queue(self, patient):
        """False when it cannot be sent, as in the published code: its dates are in the way."""
        if self.options.unpatched:
            return False
        await self.io.emit("queue_updated", self.queue.entries, room=f"screening_{patient}")
        return True

    def left(self, user_id):
        return {"string": user_id, "object": {"user_id": user_id}, "list": [user_id],
                "number": 7}[self.options.user_left]

    async def join_screening(self, sid, data):
        self.count(sid)
        if "patient_id" not in data or "user" not in data:
            error = {"message": "Invalid screening collaboration data"}
            await self.io.emit("error", error, to=sid)
            return
        patient, user = data["patient_id"], data["user"]
        room = f"screening_{patient}"
        who = self.people[sid]
        who["patient"], who["step"] = patient, user.get("step")
        who["name"] = user.get("name")
        await self.io.enter_room(sid, room)
        await self.io.emit("user_joined", user, room=room, skip_sid=sid)
        await self.io.emit("active_users_updated", self.rows(patient), to=sid)
        self.queue.add(patient, user["user_id"])
        return None if await self.send_queue(patient) else self.io.not_handled

    async def step_change(self, sid, data):
        self.count(sid)
        if any(data.get(key) is None for key in ("user_id", "patient_id", "step")):
            return
        patient = data["patient_id"]
        room = f"screening_{patient}"
        self.people[sid]["step"] = data["step"]
        changed = {"user_id": data["user_id"], "step": data["step"],
                   "step_name": data.get("step_name"), "patient_id": patient,
                   "timestamp": self.now()}
        await self.io.emit("step_changed", changed, room=room, skip_sid=sid)
        states = {"constant": CONSTANT, "typed": TYPED, "none": None}[self.options.step_status]
        if states:
            await self.io.emit("step_status_updated", states, room=room)
        self.queue.set_step(patient, data["step"])
        return None if await self.send_queue(patient) else self.io.not_handled

    async def user_heartbeat(self, sid, data):
        self.count(sid)
        who = self.people[sid]
        who["step"] = data.get("step", who["step"])
        patient = who["patient"]
        if patient is not None:
            room = f"screening_{patient}"
            await self.io.emit("active_users_updated", self.rows(patient), room=room)

    async def leave_screening(self, sid, data):
        if "patient_id" not in data:
            return
        patient, user_id = data["patient_id"], data.get("user_id")
        room = f"screening_{patient}"
        await self.io.leave_room(sid, room)
        if self.people[sid]["patient"] == patient:
            self.people[sid]["patient"] = None
        self.queue.remove_staff(patient, user_id)
        await self.io.emit("user_left", self.left(user_id), room=room)
        await self.io.emit("active_users_updated", self.rows(patient), room=room)
        return None if await self.send_queue(patient) else self.io.not_handled


def arguments():
    parser = service.arguments(__doc__)
    add = parser.add_argument
    add("--unpatched", action="store_true",
        help="no queue_updated, no acks for join, step and leave: the published code")
    add("--real-names", action="store_true", help="names in lists, not \"Unknown\"")
    add("--user-left", choices=["string", "object", "list", "number"], default="string")
    add("--step-status", choices=["constant", "typed", "none"], default="constant")
    add("--away-after", type=float, default=60, metavar="S")
    add("--away-word", default="away", help="the status of who is away")
    return parser


if __name__ == "__main__":
    service.run(arguments().parse_args(), Panel)
