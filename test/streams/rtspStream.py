"""Serves a GStreamer pipeline as an RTSP stream, one run of it shared by all viewers.

Arguments: port (0: any), the pipeline in brackets as gst-rtsp-server takes it (a payloader named
pay0). Writes its port to standard output when it is ready, and ends with its standard input.
"""

import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

port, launch = sys.argv[1:]

Gst.init(None)
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch(launch)
factory.set_shared(True)

server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(port)
server.get_mount_points().add_factory("/camera", factory)
if not server.attach(None):
    sys.exit("the port is taken")


def wait_for_owner():
    sys.stdin.buffer.read()
    GLib.idle_add(loop.quit)


loop = GLib.MainLoop()
threading.Thread(target=wait_for_owner, daemon=True).start()
print(server.get_bound_port(), flush=True)
loop.run()
