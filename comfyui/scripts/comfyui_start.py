"""comfyui-start: looks at what ComfyUI will need, makes or renews its work folder, becomes ComfyUI, and
tells when that answers.
"""
import argparse
import fcntl
import gc
import os
import pathlib
import select
import sys
import time

import comfyui_health as health
import comfyui_work as work_folder

OUT = pathlib.Path(__file__).resolve().parent.parent
SHARE = OUT / "share" / "comfyui"
ENVIRONMENT = """\
environment:
  COMFYUI_WORK_DIR          its folders; ~/comfyui-work
  COMFYUI_LISTEN, _PORT     127.0.0.1, 8188
  COMFYUI_DEVICE            auto, cpu or gpu
  COMFYUI_RESET             1: as --reset
  COMFYUI_{OUTPUT,INPUT,USER,TEMP}_DIR   outside of the work folder
  COMFYUI_DATABASE_URL      sqlite:///FILE
  COMFYUI_EXTRA_MODEL_PATHS a file; extra_model_paths.yaml of the work folder
  COMFYUI_ENABLE_MANAGER    0: without ComfyUI-Manager, where this release has it
  COMFYUI_NODES             more folders of node packs, with colons between

What is not an option of comfyui-start is ComfyUI's own.
"""


def tell(text):
    print(f"comfyui-start: {text}", file=sys.stderr, flush=True)


def port_number(text):
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"'{text}' is not a port: a number from 1 to 65535")
    return int(text)


def arguments():
    get = os.environ.get
    parser = argparse.ArgumentParser(
        prog="comfyui-start", allow_abbrev=False, epilog=ENVIRONMENT, formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="comfyui-start [OPTION...] [ComfyUI's options]", description="Start ComfyUI with its folders in a work folder.")
    parser.add_argument("--port", type=port_number, default=get("COMFYUI_PORT") or "8188", metavar="N", help="where it answers")
    parser.add_argument("--listen", nargs="?", const="0.0.0.0,::", default=get("COMFYUI_LISTEN") or "127.0.0.1", metavar="ADDRESS",
                        help="addresses, with commas between; without one, all of this machine")
    parser.add_argument("--cpu", action="store_true", help="use the CPU, whatever GPU is there")
    parser.add_argument("--base-directory", metavar="DIR", help="the work folder")
    parser.add_argument("--reset", action="store_true", help="make anew what comfyui-start made; what is yours is kept")
    parser.add_argument("--check", action="store_true", help="only look whether all is well; nothing is written or started")
    given, others = parser.parse_known_args()
    given.others = [o for o in others if o != "--"]
    given.reset |= get("COMFYUI_RESET") == "1"
    given.device = "cpu" if given.cpu else get("COMFYUI_DEVICE") or "auto"
    return given


def base_folder(given):
    base = given.base_directory or os.environ.get("COMFYUI_BASE_DIR")
    # Some environments name ComfyUI's own tree by it.
    if not base or os.path.exists(os.path.join(base, "main.py")):
        base = os.environ.get("COMFYUI_WORK_DIR")
    if not base:
        home = os.path.expanduser("~")
        if not os.path.isabs(home):
            sys.exit("error: neither HOME nor COMFYUI_WORK_DIR is set\nhint: set COMFYUI_WORK_DIR to a folder of yours")
        base = os.path.join(home, "comfyui-work")
    return pathlib.Path(os.path.abspath(base))


def packaged(given):
    """Node packs, which of them write beside themselves, and workflows: ComfyUI's and those of bundles."""
    tops = [pathlib.Path(p) for p in os.environ.get("COMFYUI_NODES", "").split(":") if p]
    given.nodes = tops + [SHARE / "custom_nodes", OUT / "share" / "comfyui-seed" / "custom_nodes"]
    given.workflows = [t.parent / "workflows" for t in tops] + [SHARE / "workflows"]
    given.writable = set()
    for folder in tops + [SHARE / "custom_nodes"]:
        given.writable |= work_folder.writable_packs(folder)


def release():
    marker = SHARE / "comfyui_version.py"
    said = {}
    try:
        exec(marker.read_text(), said)
    except Exception:
        pass
    return said.get("__version__", "")


def look(given, work):
    """The device to use; ends the program when something is wrong."""
    problems = health.Problems()
    health.check_app(problems, SHARE)
    health.check_work(problems, work)
    health.check_port(problems, given.listen, given.port)
    health.check_torch(problems)
    device = health.choose_device(problems, given.device, tell)
    if problems.found:
        print("\n".join(problems.found), file=sys.stderr)
        sys.exit(1)
    return device


def check_database(given, work):
    database = work_folder.database_of(work, os.environ.get("COMFYUI_DATABASE_URL"))
    if not database or not database.is_file():
        return
    why = work_folder.trouble_with(database, SHARE)
    if not why and given.reset:
        why = "is made anew"
    if why and given.check:
        tell(f"the database '{database}' {why}: a start will set it aside")
    elif why:
        work_folder.set_database_aside(database, why, tell)


def hold(work):
    """The lock stays with ComfyUI for as long as that runs."""
    lock = os.open(work / ".comfyui-start.lock", os.O_RDWR | os.O_CREAT, 0o644)
    os.set_inheritable(lock, True)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        tell(f"another ComfyUI uses '{work}': they may get in each other's way")


def flags_of(given, work, device):
    flags = ["--base-directory", str(work), "--listen", given.listen, "--port", str(given.port),
             "--database-url", os.environ.get("COMFYUI_DATABASE_URL") or f"sqlite:///{work}/user/comfyui.db"]
    if device == "cpu":
        flags.append("--cpu")
    for name in ("output", "input", "user", "temp"):
        folder = os.environ.get(f"COMFYUI_{name.upper()}_DIR")
        if folder:
            os.makedirs(folder, exist_ok=True)
            flags += [f"--{name}-directory", folder]
    paths = pathlib.Path(os.environ.get("COMFYUI_EXTRA_MODEL_PATHS") or work / "extra_model_paths.yaml")
    if work_folder.has_model_paths(paths):
        flags += ["--extra-model-paths-config", str(paths)]
    options = SHARE / "comfy" / "cli_args.py"
    if os.environ.get("COMFYUI_ENABLE_MANAGER") != "0" and "--enable-manager" not in given.others \
            and options.is_file() and '"--enable-manager"' in options.read_text() \
            and health.importlib.util.find_spec("comfyui_manager"):
        flags.append("--enable-manager")
    return flags + given.others


def watch(url, began):
    """A process that belongs to nobody tells when ComfyUI answers, and goes when that has gone."""
    comfyui = os.getpid()
    if os.fork():
        os.wait()
        return
    if os.fork():
        os._exit(0)
    # Of the lock, only ComfyUI's descriptor is to count; the terminal's keys are ComfyUI's, too. What else
    # had a descriptor is not to close its number later, which is another's by then.
    gc.freeze()
    os.setsid()
    os.closerange(3, 1024)
    gone = select.poll()
    gone.register(os.pidfd_open(comfyui), select.POLLIN)
    while not gone.poll(100):
        if health.system_stats(url, timeout=5):
            tell(f"ComfyUI answers at {url}, {time.monotonic() - began:.1f} s after the start")
            os._exit(0)
        time.sleep(0.1)
    tell("ComfyUI ended before it answered")
    os._exit(1)


def main():
    began = time.monotonic()
    given = arguments()
    work = base_folder(given)
    packaged(given)
    device = look(given, work)
    url = health.url_of(given.listen.split(",")[0], given.port)
    if given.check:
        check_database(given, work)
        tell(f"ComfyUI {release()} can start on {url} ({device}), its folders are in '{work}'")
        return
    try:
        if work_folder.prepare(work, SHARE, given, tell):
            tell(f"'{work}' is new: models go into its folder models")
        check_database(given, work)
        hold(work)
        flags = flags_of(given, work, device)
    except OSError as error:
        words, cure = work_folder.words_of(error, work)
        sys.exit(f"error: {words}\nhint: {cure}")
    tell(f"ComfyUI {release()} starts on {url} ({device}), its folders are in '{work}'")
    if "--tls-keyfile" not in given.others:
        watch(url, began)
    os.environ["PYTHONUNBUFFERED"] = "1"
    # Without a git on this machine, packs that import GitPython are loaded all the same.
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    os.execv(sys.executable, [sys.executable, str(SHARE / "main.py"), *flags])


main()
