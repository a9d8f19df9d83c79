"""A WebRTC peer by GStreamer's webrtcbin with libnice. Tells what happens as lines of JSON.

Its argument is JSON: media (caps of what it wants to receive, in the order of the offer), sent (a
pipeline whose packets it sends), data (it opens the channel `default`), bundle (bundle-policy;
webrtcbin's own default is none). A line of its input is {"answer": sdp} or {"message": text}; it
ends with its input.
"""

import json
import sys

import gi

gi.require_version('Gst', '1.0')
gi.require_version('GstSdp', '1.0')
gi.require_version('GstWebRTC', '1.0')
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

Gst.init(None)
options = json.loads(sys.argv[1])
loop = GLib.MainLoop()
pipeline = Gst.Pipeline.new()
peer = Gst.ElementFactory.make('webrtcbin')
peer.set_property('bundle-policy', options.get('bundle', 'none'))
pipeline.add(peer)
channels = []
counts = {}


def tell(event, **details):
    # In one piece: its threads speak at the same time.
    sys.stdout.write(json.dumps({'event': event, **details}) + '\n')
    sys.stdout.flush()


def follow(channel):
    channel.connect('on-message-string', lambda _, text: tell('message', text=text))
    channel.connect('on-open', lambda _: tell('open'))
    channel.connect('on-close', lambda _: tell('closed'))
    channels.append(channel)


def count(_, info, kind):
    buffer = info.get_buffer()
    counts[kind] = counts.get(kind, 0) + 1
    first = buffer.extract_dup(0, 256)
    # The NAL unit type of H.264, or 24 and above for packets that hold several, or a part of one.
    header = 12 + 4 * (first[0] & 15)
    if first[0] & 16:
        header += 4 + 4 * int.from_bytes(first[header + 2 : header + 4], 'big')
    tell('packet', kind=kind, count=counts[kind], nal=first[header] & 31, bytes=buffer.get_size())
    return Gst.PadProbeReturn.OK


def received(_, pad):
    if pad.get_direction() != Gst.PadDirection.SRC:
        return
    kind = pad.get_current_caps().get_structure(0).get_string('media')
    pad.add_probe(Gst.PadProbeType.BUFFER, count, kind)
    sink = Gst.parse_bin_from_description(
        'rtph264depay ! h264parse ! video/x-h264,alignment=au ! fakesink name=end sync=false signal-handoffs=true'
        if kind == 'video'
        else 'fakesink sync=false',
        True,
    )
    end = sink.get_by_name('end')
    if end:
        end.connect('handoff', shown)
    pipeline.add(sink)
    sink.sync_state_with_parent()
    pad.link(sink.get_static_pad('sink'))


def shown(_, buffer, __):
    tell('picture', bytes=buffer.get_size())


def offered(promise):
    reply = promise.get_reply()
    peer.emit('set-local-description', reply.get_value('offer'), None)


def gathered(*_):
    if peer.get_property('ice-gathering-state') == GstWebRTC.WebRTCICEGatheringState.COMPLETE:
        tell('offer', sdp=peer.get_property('local-description').sdp.as_text())


def changed(*_):
    tell('state', state=peer.get_property('connection-state').value_nick)


def read(source, _):
    line = source.readline()
    if not line:
        loop.quit()
        return False
    order = json.loads(line)
    if 'answer' in order:
        _, sdp = GstSdp.SDPMessage.new_from_text(order['answer'])
        answer = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, sdp)
        peer.emit('set-remote-description', answer, None)
    if 'message' in order:
        channels[0].emit('send-string', order['message'])
    return True


peer.connect('pad-added', received)
peer.connect('notify::ice-gathering-state', gathered)
peer.connect('notify::connection-state', changed)
peer.connect('on-data-channel', lambda _, channel: follow(channel))
pipeline.set_state(Gst.State.READY)
for caps in options.get('media', []):
    direction = GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY
    peer.emit('add-transceiver', direction, Gst.caps_from_string(caps))
if 'sent' in options:
    source = Gst.parse_bin_from_description(options['sent'], True)
    pipeline.add(source)
    source.link(peer)
pipeline.set_state(Gst.State.PLAYING)
if options.get('data', True):
    follow(peer.emit('create-data-channel', 'default', None))
GLib.io_add_watch(sys.stdin, GLib.IO_IN | GLib.IO_HUP, read)
peer.emit('create-offer', None, Gst.Promise.new_with_change_func(offered))
loop.run()
pipeline.set_state(Gst.State.NULL)
