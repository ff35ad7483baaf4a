"""The work folder: what ComfyUI writes to and the user owns, made at the first start and kept in step
with the package at every later one. Whatever the user put there stays as it is: only links that lead
into a store, and copies that are listed in PACKAGED and were not changed since, are ours to renew.
"""
import contextlib
import errno
import hashlib
import json
import os
import pathlib
import shutil
import sqlite3
import time

FOLDERS = ("custom_nodes", "input", "models", "output", "temp", "user", "user/default/workflows")
PACKAGED = ".comfyui-packaged.json"
MODEL_PATHS = """\
# More places for models, beside the folder 'models' here: ComfyUI's extra model paths. For example
#
#everything:
#  base_path: /mnt/models
#  checkpoints: checkpoints
#  loras: |
#    loras
#    more-loras
#  vae: vae
"""


def is_packaged(link):
    """Does the link lead to a node of a package, be it there or collected since?"""
    target = os.readlink(link)
    return "/share/comfyui/custom_nodes/" in target or "/share/comfyui-seed/custom_nodes/" in target


def writable_packs(folder):
    """Names of those in a folder of packs that write beside themselves, as their packages say."""
    names = set()
    for info in sorted((folder.parent / "node-info").glob("*.json")):
        try:
            said = json.loads(info.read_text())
        except (OSError, ValueError):
            continue
        if isinstance(said, dict) and said.get("writable"):
            names.add(info.stem)
    return names


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def files_below(folder):
    for top, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if f != "__pycache__")
        for name in sorted(names):
            path = pathlib.Path(top, name)
            if path.is_file():
                yield str(path.relative_to(folder)), path


def copy_tree(source, target):
    """A copy that can be written to, its links followed."""
    if source.is_file():
        shutil.copyfile(source, target)
        return
    target.mkdir(exist_ok=True)
    for entry in sorted(source.iterdir()):
        if entry.is_dir() or entry.is_file():
            copy_tree(entry, target / entry.name)


class Packs:
    """The node packs of packages, in custom_nodes: linked, or copied where one writes beside itself."""

    def __init__(self, work, folders, writable, tell):
        self.nodes = work / "custom_nodes"
        self.record = work / PACKAGED
        self.writable = writable
        self.tell = tell
        self.sources = {}
        for folder in folders:
            if not folder.is_dir():
                continue
            for entry in sorted(folder.iterdir()):
                if entry.name != "__pycache__" and not entry.name.endswith(".example"):
                    self.sources.setdefault(entry.name, entry)
        try:
            self.copies = json.loads(self.record.read_text())
        except (OSError, ValueError):
            self.copies = {}

    def renew(self, anew=False):
        for name, source in self.sources.items():
            if self.turned_off(name):
                self.tell(f"the packaged '{name}' is turned off in '{self.nodes}'")
            elif name in self.writable:
                self.put_copy(name, source, anew)
            else:
                self.put_link(name, source)
        for entry in sorted(self.nodes.iterdir()):
            if entry.name.removesuffix(".disabled") not in self.sources and entry.is_symlink() and is_packaged(entry):
                entry.unlink()
                self.tell(f"'{entry.name}' is packaged no longer: its link is removed")
        for name in sorted(set(self.copies) - set(self.sources)):
            self.drop_copy(name)
        text = json.dumps(self.copies, sort_keys=True, indent=1) + "\n"
        if self.copies and (not self.record.is_file() or self.record.read_text() != text):
            replacement = self.record.with_suffix(".new")
            replacement.write_text(text)
            replacement.rename(self.record)
        elif not self.copies:
            self.record.unlink(missing_ok=True)

    def turned_off(self, name):
        """The user, or the manager, did so by moving it out of the way: it does not come back."""
        if os.path.lexists(self.nodes / name):
            return False
        off = self.nodes / ".disabled"
        names = [n.partition("@")[0].lower() for n in os.listdir(off)] if off.is_dir() else []
        return os.path.lexists(self.nodes / f"{name}.disabled") or name.lower() in names

    def put_link(self, name, source):
        link = self.nodes / name
        if name in self.copies:
            self.drop_copy(name)
        if link.is_symlink() and is_packaged(link):
            if os.readlink(link) == str(source):
                return
            # By rename, so that whoever looks meanwhile sees one or the other.
            fresh = self.nodes / f".{name}.new"
            fresh.unlink(missing_ok=True)
            fresh.symlink_to(source)
            fresh.rename(link)
        elif os.path.lexists(link):
            self.tell(f"'{link}' is your own, so that the packaged '{name}' is not used")
        else:
            link.symlink_to(source)

    def changed(self, name):
        """What in a copy was added or changed since it was made."""
        made = self.copies[name]["files"]
        return [(rel, path) for rel, path in files_below(self.nodes / name) if made.get(rel) != digest(path)]

    def put_copy(self, name, source, anew):
        target = self.nodes / name
        ours = name in self.copies and not target.is_symlink() and target.is_dir()
        if ours and self.copies[name]["source"] == str(source) and not anew:
            return
        if target.is_symlink() and is_packaged(target):
            target.unlink()
        elif os.path.lexists(target) and not ours:
            self.tell(f"'{target}' is your own, so that the packaged '{name}' is not used")
            return
        fresh = self.nodes / f".{name}.new"
        shutil.rmtree(fresh, ignore_errors=True)
        copy_tree(source, fresh)
        files = {rel: digest(path) for rel, path in files_below(fresh)}
        if ours and not anew:
            for rel, path in self.changed(name):
                kept = fresh / rel
                kept.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, kept)
        if ours:
            self.set_aside(target) if anew and self.changed(name) else shutil.rmtree(target)
        fresh.rename(target)
        self.copies[name] = {"source": str(source), "files": files}

    def drop_copy(self, name):
        target = self.nodes / name
        if target.is_dir() and not target.is_symlink():
            if self.changed(name):
                self.set_aside(target)
            else:
                shutil.rmtree(target)
        del self.copies[name]

    def set_aside(self, target):
        # ComfyUI loads no folder of that ending.
        aside = target.with_name(f"{target.name}.{int(time.time())}.disabled")
        target.rename(aside)
        self.tell(f"'{target.name}' had changes of yours: it is kept as '{aside}'")


def put_workflows(work, folders):
    """Each is copied once; what the user changed or removed since is the user's."""
    target = work / "user" / "default" / "workflows"
    seen = target / ".packaged"
    names = set(seen.read_text().splitlines()) if seen.is_file() else set()
    fresh = set()
    for folder in folders:
        if not folder.is_dir():
            continue
        for rel, path in files_below(folder):
            if rel in names or rel in fresh:
                continue
            fresh.add(rel)
            if not (target / rel).exists():
                (target / rel).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target / rel)
    if fresh:
        seen.write_text("".join(f"{n}\n" for n in sorted(names | fresh)))


def seed(work, share):
    """What ComfyUI ships in the folders that it writes to, into a new work folder."""
    source = share.parent / "comfyui-seed"
    for name in ("input", "models"):
        if (source / name).is_dir():
            copy_tree(source / name, work / name)


def prepare(work, share, settings, tell):
    """Everything that a start needs in the work folder. OSError says what could not be done."""
    first = not (work / "custom_nodes").is_dir()
    for folder in FOLDERS:
        place = work / folder
        if place.is_symlink() and not place.exists():
            raise FileNotFoundError(errno.ENOENT, f"it is a link to '{os.readlink(place)}', which is not there", str(place))
        place.mkdir(parents=True, exist_ok=True)
    if first:
        seed(work, share)
    paths = work / "extra_model_paths.yaml"
    if not os.path.lexists(paths):
        paths.write_text(MODEL_PATHS)
    workflows = work / "workflows"
    if not os.path.lexists(workflows):
        workflows.symlink_to("user/default/workflows")
    Packs(work, settings.nodes, settings.writable, tell).renew(settings.reset)
    put_workflows(work, settings.workflows)
    return first


def database_of(work, url):
    """The file of the database, or None when it is elsewhere."""
    if not url:
        return work / "user" / "comfyui.db"
    path = url.removeprefix("sqlite:///")
    return pathlib.Path(path) if path != url and path and ":memory:" not in path else None


def trouble_with(database, share):
    """Why this release could not use the database; None when it can."""
    try:
        with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            revision = connection.execute("select version_num from alembic_version").fetchone()
    except sqlite3.OperationalError:
        return None  # no such table: ComfyUI has not written to it
    except sqlite3.DatabaseError:
        return "is no database"
    known = "".join(p.read_text() for p in sorted((share / "alembic_db" / "versions").glob("*.py")))
    if revision and f"'{revision[0]}'" not in known and f'"{revision[0]}"' not in known:
        return "is of another release"
    return None


def set_database_aside(database, why, tell):
    aside = database.with_name(f"{database.name}.stale-{int(time.time())}")
    database.rename(aside)
    for suffix in ("-wal", "-shm"):
        if os.path.exists(f"{database}{suffix}"):
            os.rename(f"{database}{suffix}", f"{aside}{suffix}")
    tell(f"the database {why}: it is kept as '{aside}'")


def has_model_paths(file):
    """ComfyUI cannot read a file that says nothing."""
    try:
        return any(line.strip() and not line.lstrip().startswith("#") for line in file.read_text().splitlines())
    except OSError:
        return False


def words_of(error, path):
    """What an OSError means for whoever started ComfyUI, and the cure."""
    place = error.filename or path
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"no space is left for '{place}'", "free some, or set COMFYUI_WORK_DIR to a folder on another disk"
    if error.errno == errno.EROFS:
        return f"'{place}' is on a read-only file system", "set COMFYUI_WORK_DIR to a folder that can be written"
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"'{place}' cannot be written", "set COMFYUI_WORK_DIR to a folder of yours"
    if error.errno == errno.ENOENT and os.path.islink(place):
        return f"'{place}': {error.strerror}", "make the folder that it leads to, or remove the link"
    return f"'{place}': {error.strerror}", "set COMFYUI_WORK_DIR to another folder"
