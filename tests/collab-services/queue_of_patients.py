"""The queue of the screening servers: in memory, in order of arrival, `high` before the others."""


class Queue:
    def __init__(self, now):
        self.now = now
        self.entries = []

    def find(self, patient):
        return next((e for e in self.entries if e["patient_id"] == patient), None)

    def add(self, patient, staff, priority="normal"):
        entry = self.find(patient)
        if entry is None:
            entry = {
                "patient_id": patient,
                "queue_position": 0,
                # Where screening begins, whatever the joiner's step.
                "current_step": 3,
                "priority": priority,
                "staff_working": [],
                "estimated_completion": None,
                "created_at": self.now(),
            }
            place = len(self.entries)
            if priority == "high":
                place = sum(1 for e in self.entries if e["priority"] == "high")
            self.entries.insert(place, entry)
            for position, each in enumerate(self.entries, 1):
                each["queue_position"] = position
        if staff not in entry["staff_working"]:
            entry["staff_working"].append(staff)
        return entry

    def set_step(self, patient, step):
        if entry := self.find(patient):
            entry["current_step"] = step

    def remove_staff(self, patient, staff):
        entry = self.find(patient)
        if entry and staff in entry["staff_working"]:
            entry["staff_working"].remove(staff)
