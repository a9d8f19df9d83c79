"""
A program as RTCBot's tutorials make it, over the same library (aiortc): takes offers by
POST /connect, sends a picture that moves, sees what it is sent, and answers each message.

    callee.py [PORT]

Says what happens as lines of JSON, and ends with its standard input.
"""

import asyncio
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription, VideoStreamTrack

loop = asyncio.new_event_loop()
connections = set()
watching = set()


def tell(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)


async def watch(track):
    count = 0
    while True:
        frame = await track.recv()
        count += 1
        tell("frame", count=count, width=frame.width, height=frame.height)


async def answer(offer):
    # RTCBot's own default asks a public STUN server first.
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    connections.add(connection)

    @connection.on("datachannel")
    def on_datachannel(channel):
        tell("channel", label=channel.label)

        @channel.on("message")
        def on_message(message):
            if channel.label != "default":
                return
            tell("message", text=message)
            channel.send(json.dumps({"heard": json.loads(message)}))

    @connection.on("track")
    def on_track(track):
        tell("track", kind=track.kind)
        watching.add(asyncio.ensure_future(watch(track)))

    @connection.on("connectionstatechange")
    def on_state():
        tell("state", state=connection.connectionState)

    await connection.setRemoteDescription(RTCSessionDescription(**offer))
    for transceiver in connection.getTransceivers():
        if transceiver.kind == "video":
            transceiver.sender.replaceTrack(VideoStreamTrack())
            transceiver.direction = "sendrecv"
    await connection.setLocalDescription(await connection.createAnswer())
    local = connection.localDescription
    return {"sdp": local.sdp, "type": local.type}


class Connect(BaseHTTPRequestHandler):
    def do_POST(self):
        if self.path != "/connect":
            self.send_error(404)
            return
        offer = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        tell("offer", keys=sorted(offer), type=self.headers["Content-Type"])
        reply = asyncio.run_coroutine_threadsafe(answer(offer), loop).result(20)
        body = json.dumps(reply).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


async def end():
    for task in watching:
        task.cancel()
    for connection in connections:
        await connection.close()


server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0), Connect)
threading.Thread(target=loop.run_forever, daemon=True).start()
threading.Thread(target=server.serve_forever, daemon=True).start()
tell("listening", port=server.server_address[1])
sys.stdin.read()
asyncio.run_coroutine_threadsafe(end(), loop).result(10)
server.shutdown()
