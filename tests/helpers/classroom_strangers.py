"""Strangers at the door of a class, slow and heavy ones."""

import socket
import time


def strangers(port: int, until: float) -> int:
    """210 that send a byte a second, and three that send as much as they can; how many of the slow
    ones are still there at the end."""
    slow = "POST {} HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n"
    goals = ("/hub/login", "/user/probe01/api/contents", "/services/wall/")
    callers = [socket.create_connection(("127.0.0.1", port)) for _ in range(213)]
    for number, caller in enumerate(callers):
        heavy = "Content-Length: 200000000" if number >= 210 else "Content-Length: 60000"
        head = slow.format(goals[number % 3]).replace("Content-Length: 60000", heavy)
        caller.sendall(head.encode())
        caller.setblocking(False)
    gone = set()
    while time.monotonic() < until:
        for number, caller in enumerate(callers):
            try:
                caller.send(b"x" * (1_000_000 if number >= 210 else 1))
                gone |= {number} if caller.recv(9999) == b"" else set()
            except BlockingIOError:
                pass
            except OSError:
                gone.add(number)
        time.sleep(1)
    for caller in callers:
        caller.close()
    return len(set(range(210)) - gone)
