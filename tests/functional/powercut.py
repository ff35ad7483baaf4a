# SPDX-License-Identifier: MIT
"""What a power cut would leave. Runs a command on a store under record.c and replays its log up to
random points into a fresh folder, as a disk could have it: what was flushed before is there, of the
rest some is not. Then the store must verify clean and the command must complete.

usage: powercut.py WORK SEED POINTS [--no-flush] ROOT RECORDER -- COMMAND…

Exits with 1 and tells the points that went wrong. --no-flush takes no flush for one, to prove that
such points are found."""
import os
import random
import shutil
import subprocess
import sys


class Node:
    """A file, folder or link: kind, bytes, mode, and for a folder its names."""

    def __init__(self, kind, mode=0o644, data=b""):
        self.kind, self.mode, self.data = kind, mode, bytearray(data)
        self.names = {}


def snapshot(path, inodes):
    """A tree on the disk as nodes."""
    st = os.lstat(path)
    if os.path.islink(path):
        node = Node("link", 0o777, os.fsencode(os.readlink(path)))
    elif os.path.isdir(path):
        node = Node("dir", st.st_mode & 0o777)
        node.names = {name: snapshot(os.path.join(path, name), inodes) for name in os.listdir(path)}
    else:
        with open(path, "rb") as f:
            node = Node("file", st.st_mode & 0o777, f.read())
    inodes[st.st_ino] = node
    return node


def copy(node, seen):
    """A copy of all nodes: {id of the old one: the new one}."""
    if id(node) not in seen:
        new = seen[id(node)] = Node(node.kind, node.mode, node.data)
        new.names = {name: copy(child, seen) for name, child in node.names.items()}
    return seen[id(node)]


def read_log(path):
    with open(path, "rb") as f:
        raw = f.read()
    at = 0
    while at < len(raw):
        end = raw.index(b"\n", at)
        fields = os.fsdecode(raw[at:end]).split("\t")
        size = int(fields[-1])
        yield fields[0], fields[1:-1], raw[end + 1:end + 1 + size]
        at = end + 1 + size


class Op:
    """What one record did, to nodes: a change of names or of a file, or a flush."""

    def __init__(self, what, **how):
        self.what = what
        self.__dict__.update(how)


class World:
    """The truth: follows the log, so that paths and inodes become nodes."""

    def __init__(self, root_path, root, inodes):
        self.root_path, self.root, self.inodes = root_path, root, inodes

    def find(self, path):
        node = self.root
        for part in [p for p in os.path.relpath(path, self.root_path).split("/") if p != "."]:
            node = node.names[part]
        return node

    def place(self, path):
        path = os.path.normpath(path)
        return self.find(os.path.dirname(path)), os.path.basename(path)

    def take(self, what, fields, data):
        if what in ("create", "mkdir", "symlink"):
            kind = {"create": "file", "mkdir": "dir", "symlink": "link"}[what]
            node = Node(kind, 0o755 if kind == "dir" else 0o644, data)
            folder, name = self.place(fields[0])
            self.inodes[int(fields[1])] = folder.names[name] = node
            return Op("bind", folder=folder, name=name, node=node)
        if what == "unlink":
            folder, name = self.place(fields[0])
            # a socket, which bind(2) made
            if name not in folder.names:
                return Op("nothing")
            return Op("unbind", folder=folder, name=name, node=folder.names.pop(name))
        if what in ("rename", "exchange"):
            (a, a_name), (b, b_name) = self.place(fields[0]), self.place(fields[1])
            node, other = a.names.pop(a_name), b.names.get(b_name)
            b.names[b_name] = node
            if what == "exchange":
                a.names[a_name] = other
            return Op("move", a=a, a_name=a_name, b=b, b_name=b_name, node=node,
                      other=other if what == "exchange" else None)
        if what == "syncfs":
            return Op("syncfs")
        node = self.inodes.get(int(fields[0]))
        if node is None:
            return Op("nothing")
        if what == "sync":
            return Op("sync", node=node)
        if what == "chmod":
            node.mode = int(fields[1], 8)
            return Op("chmod", node=node, mode=node.mode)
        op = Op(what, node=node, at=int(fields[1]), data=data)
        change_data(node, op)
        return op


def change_data(node, op, size=None):
    if op.what == "truncate":
        node.data = (node.data + bytes(max(0, op.at - len(node.data))))[:op.at]
        return
    data = op.data if size is None else op.data[:size]
    if len(node.data) < op.at:
        node.data += bytes(op.at - len(node.data))
    node.data[op.at:op.at + len(data)] = data


NAMES = ("bind", "unbind", "move")


def covered_by(op, flush):
    if flush.what == "syncfs":
        return True
    if flush.what != "sync":
        return False
    if op.what in NAMES:
        return flush.node in ((op.a, op.b) if op.what == "move" else (op.folder,))
    return flush.node is op.node


def choose(ops, cut, r, flushes):
    """What of ops[:cut] reached the disk, and in which order: [(op, bytes of it or None)]."""
    last_flush = max((i for i in range(cut) if ops[i].what in ("sync", "syncfs")), default=-1)
    if not flushes:
        last_flush = -1
    ordered = r.random() < 0.5  # names in their order, as a journal keeps them; else as it comes
    until = r.randint(last_flush + 1, cut)
    keep = r.choice((0.1, 0.5, 0.9))
    out = []
    for i in range(cut):
        op = ops[i]
        if op.what in ("sync", "syncfs", "nothing"):
            continue
        if flushes and any(covered_by(op, ops[k]) for k in range(i + 1, last_flush + 1)):
            out.append((i, op, None))
        elif ordered and op.what in (*NAMES, "chmod"):
            if i < until:
                out.append((i, op, None))
        elif r.random() < keep:
            torn = op.what == "write" and r.random() < 0.2
            late = 0 if ordered or op.what == "move" else r.choice((0, 0, 0, 3, 20))
            out.append((i + late, op, r.randrange(len(op.data)) if torn else None))
    out.sort(key=lambda entry: entry[0])
    return [(op, size) for _, op, size in out]


def apply(chosen, mapping):
    def new(node):
        return mapping[id(node)]

    for op, size in chosen:
        if op.what == "bind":
            new(op.folder).names[op.name] = new(op.node)
        elif op.what == "unbind":
            if new(op.folder).names.get(op.name) is new(op.node):
                del new(op.folder).names[op.name]
        elif op.what == "move":
            a, b, node = new(op.a), new(op.b), new(op.node)
            # A name that never came to the disk cannot be moved there.
            if a.names.get(op.a_name) is not node:
                continue
            del a.names[op.a_name]
            if op.other is not None:
                a.names[op.a_name] = new(op.other)
            b.names[op.b_name] = node
        elif op.what == "chmod":
            new(op.node).mode = op.mode
        else:
            change_data(new(op.node), op, size)


def write_tree(node, path):
    if node.kind == "link":
        os.symlink(bytes(node.data), path)
    elif node.kind == "dir":
        os.mkdir(path)
        for name, child in node.names.items():
            write_tree(child, os.path.join(path, name))
        os.chmod(path, node.mode | 0o700)
    else:
        with open(path, "wb") as f:
            f.write(node.data)
        os.chmod(path, node.mode)


def empty(node):
    """What the log makes begins empty."""
    return Node(node.kind, 0o755 if node.kind == "dir" else 0o644, node.data if node.kind == "link" else b"")


def run(argv, root):
    env = {k: v for k, v in os.environ.items() if k != "LD_PRELOAD"}
    try:
        done = subprocess.run(argv, env={**env, "KILN_STORE": root}, stdin=subprocess.DEVNULL, timeout=20,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    except subprocess.TimeoutExpired:
        return -1, "it hangs"
    return done.returncode, done.stdout


def wrong(root, verify, command):
    status, out = run(verify, root)
    if status or any(word in out for word in ("disappeared", "modified", "cannot be read")):
        return f"verify: status {status}: {out}"
    status, out = run(command, root)
    if status:
        return f"again: status {status}: {out}"
    status, out = run(verify, root)
    return f"verify after it: {out}" if status or "disappeared" in out else None


def record(root_path, recorder, log, command):
    """The store before, and what the command did: (nodes, their copies by id, operations)."""
    inodes, mapping = {}, {}
    before = snapshot(root_path, inodes)
    initial = copy(before, mapping)  # as it was; `before` follows the truth from here on
    env = {**os.environ, "KILN_STORE": root_path, "LD_PRELOAD": recorder, "RECORD_ROOT": root_path,
           "RECORD_LOG": log, "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0"}
    done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"the command failed by itself: {done.stderr}")
    world = World(root_path, before, inodes)
    return initial, mapping, [world.take(*entry) for entry in read_log(log)]


def disk_at(initial, mapping, ops, cut, r, flushes):
    fresh = {}
    state = copy(initial, fresh)
    ours = {old: fresh[id(new)] for old, new in mapping.items()}
    for op in ops:
        if op.what == "bind":
            ours[id(op.node)] = empty(op.node)
    apply(choose(ops, cut, r, flushes), ours)
    return state


def main():
    args = sys.argv[1:]
    split = args.index("--")
    args, command = args[:split], args[split + 1:]
    flushes = "--no-flush" not in args
    work, seed, points, root_path, recorder = [a for a in args if a != "--no-flush"]
    initial, mapping, ops = record(root_path, recorder, os.path.join(work, "log"), command)
    verify = [os.path.join(os.environ["KILN_BUILD"], "compat", "nix-store"), "--verify", "--check-contents"]
    where, bad = os.path.join(work, "cut"), 0
    for i in range(int(points)):
        r = random.Random(f"{seed} {i}")
        cut = r.randint(1, len(ops))
        shutil.rmtree(where, ignore_errors=True)
        write_tree(disk_at(initial, mapping, ops, cut, r, flushes), where)
        said = wrong(where, verify, command)
        if said:
            bad += 1
            print(f"seed '{seed} {i}', cut at {cut} of {len(ops)}: {said}")
    shutil.rmtree(where, ignore_errors=True)
    print(f"{points} points of {len(ops)} operations, {bad} bad")
    sys.exit(bad > 0)


main()
