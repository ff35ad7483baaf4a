# SPDX-License-Identifier: MIT
"""The demo's client: `free-port`, or `render ADDRESS PICTURE SERVER_PID`.

Runs under the built environment's own Python, so that the host needs no HTTP client.
"""
import json
import os
import socket
import sys
import time
import urllib.error
import urllib.request

COLOR = (0x2E, 0x8B, 0x57)
SIZE = (96, 64)
WAIT_START_S, WAIT_RENDER_S = 180, 120

WORKFLOW = {
    "1": {
        "class_type": "EmptyImage",
        "inputs": {"width": 32, "height": 32, "batch_size": 1, "color": int("%02x%02x%02x" % COLOR, 16)},
    },
    "2": {
        "class_type": "ImageScale",
        "inputs": {
            "image": ["1", 0],
            "upscale_method": "bilinear",
            "width": SIZE[0],
            "height": SIZE[1],
            "crop": "disabled",
        },
    },
    "3": {"class_type": "SaveImage", "inputs": {"images": ["2", 0], "filename_prefix": "demo"}},
}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        print(s.getsockname()[1])


def get(url, data=None):
    headers = {"Content-Type": "application/json"} if data else {}
    with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=30) as reply:
        return reply.read()


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_for(what, seconds, pid, ask):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not alive(pid):
            sys.exit(f"the server ended while waiting for {what}")
        got = ask()
        if got is not None:
            return got
        time.sleep(0.1)
    sys.exit(f"no {what} within {seconds} s")


def started(address):
    try:
        return json.loads(get(address + "/object_info"))
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return None


def picture_name(address, prompt):
    entry = json.loads(get(f"{address}/history/{prompt}")).get(prompt)
    if entry is None:
        return None
    if entry["status"]["status_str"] != "success":
        sys.exit("the workflow failed: " + json.dumps(entry["status"], indent=1))
    return entry["outputs"]["3"]["images"][0]["filename"]


def check_pixels(path):
    from PIL import Image

    with Image.open(path) as image:
        if image.size != SIZE:
            sys.exit(f"the picture is {image.size}, expected {SIZE}")
        colors = image.convert("RGB").getcolors()
    if colors != [(SIZE[0] * SIZE[1], COLOR)]:
        sys.exit(f"the picture's colours are {colors}, expected only {COLOR}")


def render(address, path, pid):
    nodes = wait_for("answer of the server", WAIT_START_S, pid, lambda: started(address))
    print(f"{len(nodes)} nodes")
    reply = json.loads(get(address + "/prompt", json.dumps({"prompt": WORKFLOW}).encode()))
    name = wait_for("picture", WAIT_RENDER_S, pid, lambda: picture_name(address, reply["prompt_id"]))
    with open(path, "wb") as out:
        out.write(get(f"{address}/view?filename={name}&type=output"))
    check_pixels(path)


if sys.argv[1:] == ["free-port"]:
    free_port()
elif len(sys.argv) == 5 and sys.argv[1] == "render":
    render(sys.argv[2], sys.argv[3], int(sys.argv[4]))
else:
    sys.exit(__doc__)
