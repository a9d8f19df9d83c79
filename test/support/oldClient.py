"""
A client as RTCBot's Python one is, over the same library (aiortc): offers to take video and a data
channel `default`, posts the offer, counts what it sees and says what it hears, as lines of JSON.

    oldClient.py ADDRESS [TOKEN]

Lines of JSON on its standard input are sent as messages; it ends with its standard input.
"""

import asyncio
import json
import re
import sys
import urllib.request

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

MODERN = re.compile(r"^m=application (\d+) UDP/DTLS/SCTP webrtc-datachannel", re.M)
LEGACY = re.compile(r"^m=application (\d+) DTLS/SCTP (\d+)", re.M)


def tell(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)


def legacy(sdp):
    """The offer as aiortc 1.4 writes it, whatever version this is."""
    sdp = MODERN.sub(r"m=application \1 DTLS/SCTP 5000", sdp)
    return re.sub(r"^a=sctp-port:5000", "a=sctpmap:5000 webrtc-datachannel 65535", sdp, flags=re.M)


def modern(sdp):
    sdp = LEGACY.sub(r"m=application \1 UDP/DTLS/SCTP webrtc-datachannel", sdp)
    return re.sub(r"^a=sctpmap:(\d+) .*$", r"a=sctp-port:\1", sdp, flags=re.M)


def post(address, token, offer):
    """As aiohttp sends a text, and with the body that RTCBot makes."""
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    if token:
        headers["Authorization"] = "Bearer " + token
    body = json.dumps({"sdp": offer.sdp, "type": offer.type}).encode()
    request = urllib.request.Request(address + "/connect", body, headers)
    with urllib.request.urlopen(request, timeout=20) as reply:
        return reply.headers["Content-Type"], json.load(reply)


async def watch(track):
    count = 0
    while True:
        frame = await track.recv()
        count += 1
        tell("frame", count=count, width=frame.width, height=frame.height)


async def lines_of(stream):
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), stream)
    while True:
        line = await reader.readline()
        if not line:
            return
        yield line.decode().strip()


async def main(address, token=None):
    # RTCBot's own default asks a public STUN server first.
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    connection.addTransceiver("video", direction="recvonly")
    channel = connection.createDataChannel("default")
    opened = asyncio.Event()
    watching = []

    @channel.on("open")
    def on_open():
        opened.set()
        tell("open")

    @channel.on("message")
    def on_message(message):
        text = isinstance(message, str)
        tell("message", text=message if text else None, bytes=None if text else len(message))

    @channel.on("close")
    def on_close():
        tell("close")

    @connection.on("track")
    def on_track(track):
        watching.append(asyncio.ensure_future(watch(track)))

    await connection.setLocalDescription(await connection.createOffer())
    makes_legacy = LEGACY.search(connection.localDescription.sdp) is not None
    offer = RTCSessionDescription(legacy(connection.localDescription.sdp), "offer")
    tell(
        "offer",
        data=LEGACY.search(offer.sdp).group(0),
        users=sorted(set(re.findall(r"^a=ice-ufrag:(\S+)", offer.sdp, re.M))),
    )
    content_type, answer = await asyncio.get_running_loop().run_in_executor(
        None, post, address, token, offer
    )
    tell("answer", type=content_type, keys=sorted(answer), data=LEGACY.search(answer["sdp"]) is not None)
    if not makes_legacy:
        answer["sdp"] = modern(answer["sdp"])
    # Spread, as RTCBot does it: one key more is an error.
    await connection.setRemoteDescription(RTCSessionDescription(**answer))
    await opened.wait()

    async for line in lines_of(sys.stdin):
        channel.send(line)
    for task in watching:
        task.cancel()
    await connection.close()


asyncio.run(main(*sys.argv[1:]))
