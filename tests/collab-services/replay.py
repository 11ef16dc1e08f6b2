"""Replays the clients' frames of recordings against the test servers and compares the answers.

Frame by frame and connection by connection they must be those of the real servers. Times and ids
are masked; pings and health checks, which only depend on the clock, are left out.

    python replay.py              all
    python replay.py panel-patched…   some
"""

import json
import pathlib
import queue
import re
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

HERE = pathlib.Path(__file__).parent

# Server with its switches, recordings made on one server in a row, and how much faster than it was
# recorded one with times of its own is replayed.
SCENARIOS = {
    "deployed-refused-ws": ("deployed.py --refuse", ["deployed-refused-ws"], None),
    "deployed-refused-polling": ("deployed.py --refuse", ["deployed-refused-polling"], None),
    "deployed-reconstructed-ws": ("deployed.py", ["deployed-reconstructed-ws"], None),
    "deployed-reconstructed-polling": ("deployed.py", ["deployed-reconstructed-polling"], None),
    "service-editing-ws": ("service.py", ["service-editing-ws"], None),
    "service-editing-polling": ("service.py", ["service-editing-polling"], None),
    "service-notifications-ws": ("service.py", ["service-notifications-ws"], None),
    "service-idle-ws": (
        "service.py --idle 2 --idle-check 0.5", ["service-idle-41-reconnect-ws"], None),
    "service-idle-polling": (
        "service.py --idle 2 --idle-check 0.5", ["service-idle-41-reconnect-polling"], None),
    "panel-unpatched-ws": ("panel.py --unpatched", ["panel-unpatched-ws"], None),
    "panel-unpatched-polling": ("panel.py --unpatched", ["panel-unpatched-polling"], None),
    "panel-patched": ("panel.py", ["panel-patched-ws", "panel-patched-polling"], None),
    "panel-rooms-ws": ("panel.py", ["panel-rooms-and-edge-cases-ws"], None),
    "panel-rooms-polling": ("panel.py", ["panel-rooms-and-edge-cases-polling"], None),
    "panel-away-ws": ("panel.py --away-after 12", ["panel-presence-away-ws"], 5),
    "kilo-ws": ("kilo.py --relay-port 0", ["kilo-gateway-relay-ws"], None),
    "kilo-polling": ("kilo.py --relay-port 0", ["kilo-gateway-relay-polling"], None),
}

# How long an answer may take, how long nothing more may come for it to be all, and the same before
# an order whose outcome may have been recorded before it.
PATIENCE = 20
QUIET = 0.4
QUIET_BEFORE_ORDERS = 1

MASKS = [
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?"), "TIME"),
    (re.compile(r"\b\d{10}(\.\d+)?\b"), "UNIX"),
    (re.compile(r'"sid":"[^"]+"'), '"sid":"SID"'),
    (re.compile(r"(?<=_)\d{10}\.\d+"), "UNIX"),
]


def masked(frame):
    for pattern, name in MASKS:
        frame = pattern.sub(name, frame)
    return frame


def counts(frame):
    return frame not in ("", "1", "2", "3") and not frame.startswith('42["health_check"')


class Websocket:
    """One connection, raw."""

    def __init__(self, port, target):
        self.frames = queue.SimpleQueue()
        self.socket = connect(f"ws://127.0.0.1:{port}{target}", max_size=None, proxy=None)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        try:
            for frame in self.socket:
                if frame == "2":
                    self.socket.send("3")
                self.frames.put(frame)
        except ConnectionClosed:
            pass

    def send(self, frame):
        self.socket.send(frame)

    def close(self):
        self.socket.close()


class Polling:
    """The same over long polling."""

    def __init__(self, port, target):
        self.frames = queue.SimpleQueue()
        self.url = f"http://127.0.0.1:{port}{target}"
        opened = self.ask(None)
        self.frames.put(opened)
        self.url += "&sid=" + json.loads(opened[1:])["sid"]
        threading.Thread(target=self.read, daemon=True).start()

    def ask(self, body):
        request = urllib.request.Request(self.url, data=body and body.encode())
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=60) as answer:
            return answer.read().decode()

    def read(self):
        try:
            while True:
                for frame in self.ask(None).split("\x1e"):
                    if frame == "2":
                        self.send("3")
                    self.frames.put(frame)
        except OSError:
            pass

    def send(self, frame):
        self.ask(frame)

    def close(self):
        try:
            self.send("1")
        except OSError:
            pass


class Heard:
    """What one connection was told, in the recording and now."""

    def __init__(self, name):
        self.name = name
        self.expected = []
        self.heard = []
        self.connection = None

    def take(self, wait):
        try:
            frame = self.connection.frames.get(timeout=wait)
        except queue.Empty:
            return False
        if counts(frame):
            self.heard.append(masked(frame))
        return True

    def catch_up(self):
        deadline = time.monotonic() + PATIENCE
        while self.connection and len(self.heard) < len(self.expected):
            if time.monotonic() > deadline:
                break
            self.take(0.05)

    def close(self):
        """Where the recorded client closed. It did not wait for what was still to come."""
        if self.connection:
            self.catch_up()
            self.connection.close()
            self.connection = None

    def settle(self, quiet=QUIET):
        while self.connection and self.take(quiet):
            pass


def http(port, request):
    method, path, body = request.split(" ", 2)
    url = f"http://127.0.0.1:{port}{path}"
    request = urllib.request.Request(url, data=body.encode(), method=method)
    request.add_header("content-type", "application/json")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=60) as answer:
        return f"{answer.status} {answer.read().decode()}"


def replay(recording, ports, order, speed):
    """Problems, as text."""
    lines = [json.loads(line) for line in (HERE / "recorded" / f"{recording}.jsonl").open()]
    now, everything = {}, []
    outside = Heard("outside")
    before = None

    def close(heard):
        heard.close()
        # The others may only be told of it, or not be told, once the server has seen it.
        order({"sockets": sum(each.connection is not None for each in everything)})

    for line in lines:
        name, frame, kind = line["conn"], line["frame"], line["kind"]
        if line["dir"] == "<":
            heard = outside if kind == "http" else now.get(name)
            if kind == "close":
                if heard and heard.connection:
                    close(heard)
            elif heard:
                frames = frame.split("\x1e") if line.get("tr") == "poll" else [frame]
                heard.expected += [masked(each) for each in frames if counts(each)]
            continue
        for heard in now.values():
            # What came of an order may be recorded before the order itself.
            if kind in ("http", "driver"):
                heard.settle(QUIET_BEFORE_ORDERS)
            else:
                heard.catch_up()
        # Where this was not recorded by a line of its own.
        if line.get("step", "").startswith("A transport closed") and "A" in now:
            close(now["A"])
        if speed:
            # Pauses may grow on a busy machine, and never shrink.
            time.sleep((line["t_ms"] - (before or 0)) / 1000 / speed)
            before = line["t_ms"]
        if kind == "open":
            port = ports[1] if name == "RELAY" else ports[0]
            connection = Polling if line["tr"] == "poll" else Websocket
            heard = now[name] = Heard(f"{recording} {name}")
            everything.append(heard)
            heard.connection = connection(port, frame.split(" ")[1])
        elif kind == "http":
            port = ports[1] if line["to"] == "relay" else ports[0]
            outside.heard.append(masked(http(port, frame)))
        elif kind == "driver":
            command, argument = frame.split(" ", 1)
            order({command: json.loads(argument)})
        elif name in now and now[name].connection and counts(frame):
            now[name].connection.send(frame)
        elif kind == "close" and name in now and now[name].connection:
            close(now[name])
    for heard in everything:
        heard.catch_up()
        heard.settle()
        if heard.connection:
            heard.connection.close()
    return [
        f"{heard.name}, frame {index}:\n  recorded {expected}\n  now      {got}"
        for heard in [*everything, outside]
        for index, (expected, got) in enumerate(differences(heard))
    ]


def differences(heard):
    length = max(len(heard.expected), len(heard.heard))
    pad = lambda frames: frames + ["nothing"] * (length - len(frames))
    pairs = zip(pad(heard.expected), pad(heard.heard))
    return [pair for pair in pairs if pair[0] != pair[1]]


def run(name):
    command, recordings, speed = SCENARIOS[name]
    file, *switches = command.split()
    server = subprocess.Popen(
        [sys.executable, "-B", HERE / file, *switches],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        ports = [int(server.stdout.readline())]
        if "--relay-port" in switches:
            ports.append(int(server.stdout.readline()))

        def order(what):
            print(json.dumps(what), file=server.stdin, flush=True)
            server.stdout.readline()

        problems = []
        for recording in recordings:
            problems += replay(recording, ports, order, speed)
        return problems
    finally:
        server.kill()
        server.wait()


def main():
    names = sys.argv[1:] or list(SCENARIOS)
    failed = 0
    for name in names:
        problems = run(name)
        failed += bool(problems)
        print(f"{name}: {'differs' if problems else 'as recorded'}", flush=True)
        for problem in problems:
            print(problem, flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
