"""Ends with 0 when the process in this container is ready; else it says why not."""

import os
import socket
import sys

PORT = int(os.environ.get("LINZHANG_HTTP_PORT", "8100"))

with socket.create_connection(("127.0.0.1", PORT), timeout=2) as asked:
    asked.sendall(b"GET /readyz HTTP/1.0\r\n\r\n")
    told = b"".join(iter(lambda: asked.recv(65536), b""))
head, _, reasons = told.partition(b"\r\n\r\n")
sys.stdout.write(reasons.decode(errors="replace"))
sys.exit(b" 200 " not in head.split(b"\r\n", 1)[0])
