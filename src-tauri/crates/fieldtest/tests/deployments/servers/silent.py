# python silent.py
import socket

listener = socket.create_server(("127.0.0.1", 9081))
held = []
while True:
    held.append(listener.accept())
