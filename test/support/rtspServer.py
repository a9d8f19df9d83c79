"""An RTSP camera: sends pictures that come on standard input as raw I420, one after the other.

Arguments: port (0: any), width, height, rate, x264enc's settings, H.264 profile, user, password
(both empty: open to all). Writes its port to standard output when it is ready.
"""

import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

port, width, height, rate, settings, profile, user, password = sys.argv[1:]

Gst.init(None)
sources = []


class Camera(GstRtspServer.RTSPMediaFactory):
    def do_configure(self, media):
        source = media.get_element().get_child_by_name("camera")
        sources.append(source)
        media.connect("unprepared", lambda _media: sources.remove(source))


def feed():
    """Reads all pictures, whether somebody watches or not: what is shown is never old."""
    size = int(width) * int(height) * 3 // 2
    while len(picture := sys.stdin.buffer.read(size)) == size:
        for source in list(sources):
            source.emit("push-buffer", Gst.Buffer.new_wrapped(picture))
    # Who feeds it is gone.
    GLib.idle_add(loop.quit)


camera = Camera()
caps = f"video/x-raw,format=I420,width={width},height={height},framerate={rate}/1"
camera.set_launch(
    f"( appsrc name=camera is-live=true do-timestamp=true format=time caps={caps}"
    f" max-buffers=2 leaky-type=downstream"
    f" ! x264enc {settings} ! video/x-h264,profile={profile}"
    " ! rtph264pay name=pay0 pt=96 config-interval=1 )"
)
camera.set_shared(True)

server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(port)
if user:
    token = GstRtspServer.RTSPToken()
    token.set_string(GstRtspServer.RTSP_TOKEN_MEDIA_FACTORY_ROLE, "viewer")
    auth = GstRtspServer.RTSPAuth()
    auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    server.set_auth(auth)
    permissions = GstRtspServer.RTSPPermissions()
    for permission in ("access", "construct"):
        permissions.add_permission_for_role("viewer", f"media.factory.{permission}", True)
    camera.set_permissions(permissions)
server.get_mount_points().add_factory("/camera", camera)
if not server.attach(None):
    sys.exit("the port is taken")

loop = GLib.MainLoop()
threading.Thread(target=feed, daemon=True).start()
print(server.get_bound_port(), flush=True)
loop.run()
