# SPDX-License-Identifier: MIT
#
# object-info.py APP [--nodes DIR]... [--writable NAME]... [--offline] [--connects NAME]... [--api-nodes] [--all] [--base DIR]
# [--out FILE]: what nodes the ComfyUI in the folder APP has, as JSON, with sorted keys: each one's category, inputs and
# outputs. No server is started and nothing outside a folder of its own is written. With --nodes the node packs in DIR are
# loaded, and only their nodes are told, but for --all; a pack that cannot be loaded is told on standard error, by the end of
# its traceback, and is a failure. With --offline so is one that asks the network while it is loaded, answered or not, but for
# those named by --connects. Packs are linked, as where they are used, those named by --writable copied.
#
# What a list offers because a file lies in a folder differs between machines: such a list has `files` with the
# folder's name, and those options alone that do not come from there.

import argparse
import asyncio
import json
import logging
import os
import re
import shutil
import socket
import sys
import tempfile
import traceback
import types

FILES = "files of "
PROBE = "files-of-input.png"
probing = True


def arguments():
    parser = argparse.ArgumentParser(description="tell what nodes a ComfyUI has, as JSON")
    parser.add_argument("app", help="the folder with ComfyUI's main.py")
    parser.add_argument("--nodes", action="append", default=[], metavar="DIR", help="load the node packs in DIR, and tell theirs alone")
    parser.add_argument("--writable", action="append", default=[], metavar="NAME", help="a pack that writes beside itself")
    parser.add_argument("--connects", action="append", default=[], metavar="NAME", help="a pack that may ask the network while it is loaded")
    parser.add_argument("--api-nodes", action="store_true", help="with the nodes that call services")
    parser.add_argument("--all", action="store_true", help="tell ComfyUI's own nodes, too")
    parser.add_argument("--offline", action="store_true", help="a pack must not ask the network while it is loaded")
    parser.add_argument("--base", metavar="DIR", help="a folder to be made for what ComfyUI writes; else one that is gone afterwards")
    parser.add_argument("--out", metavar="FILE", help="write there instead of standard output")
    return parser.parse_args()


class Records(logging.Handler):
    """What ComfyUI tells while it loads: it goes on after failures, and only logs them."""

    def __init__(self):
        super().__init__()
        self.kept = []

    def emit(self, record):
        self.kept.append(record.getMessage())

    def take(self):
        kept, self.kept = self.kept, []
        return kept


NETWORK = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1, "socket.getaddrinfo": 0, "socket.gethostbyname": 0}
LOCAL = {None, "", "localhost", "127.0.0.1", "::1", "0.0.0.0", "::"}


class Network:
    """Who asks it or opens a socket for it, with the place in a pack; this machine may be asked."""

    def __init__(self):
        self.asked = []
        self.watched = False
        sys.addaudithook(self.tell)

    def tell(self, event, args):
        if self.watched and event == "socket.__new__" and args[1] in (socket.AF_INET, socket.AF_INET6):
            # urllib3 asks the kernel for IPv6 when it is imported, and sends nothing
            if not any("urllib3" in f.filename for f in traceback.extract_stack()):
                self.add("opens a socket")
        if not self.watched or event not in NETWORK:
            return
        whom = args[NETWORK[event]]
        whom = whom[0] if isinstance(whom, tuple) else whom
        whom = whom.decode(errors="replace") if isinstance(whom, bytes) else whom
        if whom in LOCAL or not isinstance(whom, str) or whom.startswith(("/", "\0")):
            return
        self.add(f"asks the network for '{whom}'")

    def add(self, what):
        frames = traceback.extract_stack()
        own = [f for f in frames if "/custom_nodes/" in f.filename] or [f for f in frames if "/site-packages/" in f.filename]
        place = f"'{own[-1].filename}' line {own[-1].lineno}" if own else "it"
        self.asked.append(f"{place} {what} when it is loaded")

    def take(self):
        asked, self.asked = self.asked, []
        return asked


def end_of_traceback(text):
    """Without the import machinery's frames, which tell nothing about the pack."""
    lines, kept, machinery = text.rstrip().splitlines(), [], False
    for line in lines:
        if line.startswith("  File "):
            machinery = "<frozen importlib" in line or "/importlib/" in line or "/nodes.py\", line" in line
        elif not line.startswith("    "):
            machinery = False
        if not machinery:
            kept.append(line)
    return "\n".join(kept)


def cure_of(words, path):
    """A pack is read-only where it is packaged: what it writes beside itself has to be told."""
    found = re.search(r"\[Errno (?:13|30)\] [^:]+: '([^']+)'", words)
    if not found or not found[1].startswith(path + os.sep):
        return ""
    name = os.path.relpath(found[1], path).split(os.sep)[0]
    return f'\nhint: say in its recipe that it writes there: writable = [ "{name}" ];'


def put_packs(base, folders, writable):
    names = []
    for folder in folders:
        for name in sorted(os.listdir(folder)):
            source, target = os.path.join(folder, name), os.path.join(base, "custom_nodes", name)
            if name == "__pycache__" or os.path.lexists(target):
                continue
            if name in writable:
                shutil.copytree(source, target)
                for top, dirs, files in os.walk(target):
                    for entry in [top] + [os.path.join(top, f) for f in files]:
                        os.chmod(entry, os.stat(entry).st_mode | 0o200)
            else:
                os.symlink(os.path.realpath(source), target)
            names.append(name)
    return names


def make_base(base):
    for folder in ("custom_nodes", "input", "models", "output", "temp", "user"):
        os.makedirs(os.path.join(base, folder), exist_ok=True)
    with open(os.path.join(base, "input", PROBE), "wb"):
        pass


def start(app, base, api_nodes, offline, connects):
    """ComfyUI as its main.py makes it, up to where it would serve; its own options are read from sys.argv."""
    sys.argv = [os.path.join(app, "main.py"), "--cpu", "--base-directory", base,
                "--database-url", "sqlite:///:memory:", "--disable-auto-launch"]
    if not api_nodes:
        sys.argv.append("--disable-api-nodes")
    sys.path.insert(0, app)
    records = Records()
    logging.getLogger().addHandler(records)
    import main as comfyui
    import folder_paths
    import nodes
    failures = [(m.split(": ", 1)[1], "") for m in records.take() if m.startswith("Failed to execute startup-script: ")]

    listed = folder_paths.get_filename_list
    folder_paths.get_filename_list = lambda name: list(listed(name)) + ([FILES + name] if probing else [])
    load = nodes.load_custom_node

    network = Network()

    async def load_and_tell(path, *args, **kwargs):
        records.take()
        network.watched = offline and os.path.basename(path) not in connects
        worked = await load(path, *args, **kwargs)
        network.watched = False
        asked = network.take()
        if worked and asked:
            failures.append((path, asked[-1] + "\nhint: a patch of it, or a variable that its recipe sets, makes it wait until it is used"))
        if not worked:
            said = records.take()
            trace = next((m for m in reversed(said) if m.startswith("Traceback ")), None)
            failures.append((path, end_of_traceback(trace) if trace else "\n".join(said)))
        return worked

    nodes.load_custom_node = load_and_tell
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    _, server, _ = comfyui.start_comfyui(loop)
    return loop, server, nodes, failures


def information(loop, server, names):
    """What /object_info/NAME answers. A node that opens what it lists is asked again, without names of none."""
    global probing
    handler = next(r.handler for r in server.routes if getattr(r, "path", "") == "/object_info/{node_class}")
    found, failed = {}, {}
    for name in names:
        for probing in (True, False):
            try:
                answer = loop.run_until_complete(handler(types.SimpleNamespace(match_info={"node_class": name})))
                found.update(json.loads(answer.text))
                break
            except Exception as error:
                if not probing:
                    failed[name] = f"{type(error).__name__}: {error}"
    probing = True
    return found, failed


# What of an input's options decides which values it takes; all else is for the eye.
DECIDES = ("default", "min", "max", "step", "multiselect", "forceInput", "control_after_generate", "image_upload",
           "remote", "dynamicPrompts")


def options_of(value):
    return [x for x in value if isinstance(x, (str, int, float, bool))] if isinstance(value, list) else []


def input_of(spec):
    kind, extra = (spec[0], spec[1] if len(spec) > 1 and isinstance(spec[1], dict) else {}) if isinstance(spec, list) else (spec, {})
    told = {k: extra[k] for k in DECIDES if k in extra}
    if isinstance(kind, list) or kind == "COMBO":
        options = options_of(kind if isinstance(kind, list) else extra.get("options"))
        files = sorted({o.removeprefix(FILES) for o in options if isinstance(o, str) and o.startswith(FILES)})
        if PROBE in options:
            files.append("input")
        options = [o for o in options if o != PROBE and not (isinstance(o, str) and o.startswith(FILES))]
        told.update(type="COMBO", options=options)
        if files:
            told["files"] = files
        if isinstance(told.get("default"), str) and (told["default"] == PROBE or told["default"].startswith(FILES)):
            del told["default"]
    else:
        told["type"] = kind if isinstance(kind, str) else str(kind)
    return told


def node_of(info):
    order = info.get("input_order") or {}
    inputs = {}
    for group in ("required", "optional"):
        inputs[group] = {name: input_of(spec) for name, spec in (info.get("input", {}).get(group) or {}).items()}
    names = info.get("output_name") or []
    outputs = [{"name": names[i] if i < len(names) and isinstance(names[i], str) else "", "type": kind if isinstance(kind, str) else "COMBO"}
               for i, kind in enumerate(info.get("output") or [])]
    return {
        "category": info.get("category") or "",
        "display_name": info.get("display_name") or info["name"],
        "inputs": inputs,
        "order": [name for group in ("required", "optional") for name in order.get(group, inputs[group])],
        "outputs": outputs,
        "output_node": bool(info.get("output_node")),
    }


def main():
    given = arguments()
    app = os.path.abspath(given.app)
    folders = [os.path.abspath(d) for d in given.nodes]
    # ComfyUI and its nodes print what they like.
    answer = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    # What stood there may have been a file, which ComfyUI would ask for its place. ComfyUI puts another one over
    # its buffer, which is closed with the last who knows this one.
    sys.stdout = sys.__stdout__ = open(1, "w", buffering=1, encoding="utf-8", errors="replace", closefd=False)
    with tempfile.TemporaryDirectory(prefix="object-info-") as temporary:
        base = os.path.abspath(given.base or temporary)
        make_base(base)
        # GitPython without a git is no reason that a pack cannot be loaded
        os.environ.update(HOME=base, XDG_CACHE_HOME=base, HF_HUB_OFFLINE="1", DO_NOT_TRACK="1", GIT_PYTHON_REFRESH="quiet")
        packs = put_packs(base, folders, given.writable)
        loop, server, nodes, failures = start(app, base, given.api_nodes, given.offline, given.connects)
        mine = sorted(n for n, c in nodes.NODE_CLASS_MAPPINGS.items()
                      if not folders or given.all or getattr(c, "RELATIVE_PYTHON_MODULE", "").startswith("custom_nodes."))
        found, failed = information(loop, server, mine)
        told = {"nodes": {name: node_of(info) for name, info in found.items()}}
        if folders:
            told["packs"] = packs
        for path, words in failures:
            name = os.path.relpath(path, os.path.join(base, "custom_nodes"))
            print(f"node pack '{name if not name.startswith('..') else os.path.basename(path)}' cannot be loaded:\n{words}{cure_of(words, path)}", file=sys.stderr)
        for name, words in failed.items():
            print(f"node '{name}' cannot say what it takes: {words}", file=sys.stderr)
        text = json.dumps(told, sort_keys=True, separators=(",", ":")).replace(base, "WORK") + "\n"
        if given.out:
            with open(given.out, "w", encoding="ascii") as out:
                out.write(text)
        else:
            answer.write(text)
            answer.flush()
        sys.stderr.flush()
        shutil.rmtree(temporary, ignore_errors=True)
        # Threads of nodes and of ComfyUI's own need not end.
        os._exit(1 if failures or failed else 0)


main()
