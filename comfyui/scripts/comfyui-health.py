"""comfyui-health APP WORK LISTEN PORT DEVICE: is everything there that ComfyUI needs?

Prints the device to use, cpu or gpu, on standard output; what is wrong, with its cure, on standard
error, and then exits with 1. Everything is looked at before it ends, so that one run tells all.
"""
import importlib.util
import os
import pathlib
import socket
import sqlite3
import sys
import time

problems = []


def problem(text, cure):
    problems.append(f"comfyui: {text}\n  {cure}")


def check_app(app):
    if not (app / "main.py").is_file():
        problem(f"'{app}' has no main.py", "the package is incomplete: build it again")


def check_work(work):
    if not os.access(work, os.W_OK | os.X_OK):
        problem(f"cannot write to '{work}'", "set COMFYUI_WORK_DIR to a folder of yours")


def check_port(listen, port):
    host = listen.split(",")[0]
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, proto) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except ValueError:
        problem(f"'{port}' is not a port", "set COMFYUI_PORT to a number")
    except OSError as error:
        problem(f"cannot listen on {host}:{port}: {error.strerror or error}",
                "another ComfyUI may be running: stop it, or set COMFYUI_PORT")


def check_torch():
    missing = [name for name in ("torch", "torchvision", "torchaudio") if importlib.util.find_spec(name) is None]
    if missing:
        problem(f"{', '.join(missing)} cannot be imported: the torch slot is not filled",
                "start it with `kiln run --slot torch=cpu RESULT -- comfyui-start`, or activate an "
                "environment that brings torch")
    return not missing


def probe_device(wanted):
    if wanted not in ("auto", "cpu", "gpu"):
        problem(f"COMFYUI_DEVICE is '{wanted}'", "it is auto, cpu or gpu")
    if wanted == "cpu" or problems:
        return "cpu"
    try:
        import torch
        found = torch.cuda.is_available() or torch.backends.mps.is_available() or \
            (hasattr(torch, "xpu") and torch.xpu.is_available())
    except Exception as error:
        problem(f"torch does not start: {error}",
                "torch, torchvision and torchaudio must come from one filling")
        return "cpu"
    if wanted == "gpu" and not found:
        problem("torch finds no GPU", "see that the driver is there and that torch is built for it, "
                "or set COMFYUI_DEVICE=cpu")
    return "gpu" if found else "cpu"


def set_stale_database_aside(app, work):
    """A database that another release migrated further would stop the start."""
    database = work / "user" / "comfyui.db"
    if os.environ.get("COMFYUI_DATABASE_URL") or not database.is_file():
        return
    try:
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
            revision = connection.execute("select version_num from alembic_version").fetchone()
    except sqlite3.Error:
        return
    known = "".join(p.read_text() for p in sorted((app / "alembic_db" / "versions").glob("*.py")))
    if revision and f"'{revision[0]}'" not in known and f'"{revision[0]}"' not in known:
        aside = database.with_name(f"comfyui.db.stale-{int(time.time())}")
        database.rename(aside)
        print(f"comfyui: the database is of another release; kept as '{aside}'", file=sys.stderr)


def main():
    app, work, listen, port, wanted = sys.argv[1:]
    app, work = pathlib.Path(app), pathlib.Path(work)
    check_app(app)
    check_work(work)
    check_port(listen, port)
    device = probe_device(wanted) if check_torch() else "cpu"
    if problems:
        print("\n".join(problems), file=sys.stderr)
        sys.exit(1)
    set_stale_database_aside(app, work)
    print(device)


main()
