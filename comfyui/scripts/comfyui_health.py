"""Is everything there that ComfyUI needs? Each look adds to Problems what is wrong and its cure; all are
taken, so that one start tells everything.
"""
import ctypes
import importlib.util
import json
import os
import pathlib
import pwd
import shutil
import socket
import urllib.request

SPACE_MIN = 64 << 20


class Problems:
    def __init__(self):
        self.found = []

    def add(self, text, cure):
        self.found.append(f"error: {text}\nhint: {cure}")


def check_app(problems, share):
    if not (share / "main.py").is_file():
        problems.add(f"'{share}' has no main.py", "the package is incomplete: build it again")


def user_name(uid):
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"the user {uid}"


def nearest(path):
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


def check_work(problems, work):
    """The folder, or where it is to be made."""
    place = nearest(work)
    if not place.is_dir():
        problems.add(f"'{place}' is no folder", "set COMFYUI_WORK_DIR to another one")
        return
    owner = place.stat().st_uid
    if work.exists() and owner != os.geteuid():
        problems.add(f"'{work}' belongs to {user_name(owner)}, and this is {user_name(os.geteuid())}",
                     "start it as that user, or set COMFYUI_WORK_DIR to a folder of your own")
    elif os.statvfs(place).f_flag & os.ST_RDONLY:
        problems.add(f"'{place}' is on a read-only file system", "set COMFYUI_WORK_DIR to a folder that can be written")
    elif not os.access(place, os.W_OK | os.X_OK):
        problems.add(f"'{place}' cannot be written", "set COMFYUI_WORK_DIR to a folder of yours")
    free = shutil.disk_usage(place).free
    if free < SPACE_MIN:
        problems.add(f"only {free >> 20} MiB are free for '{work}'",
                     "free some, or set COMFYUI_WORK_DIR to a folder on another disk")


def url_of(host, port):
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def system_stats(url, timeout=2):
    """What a ComfyUI there answers, or None."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{url}/system_stats", timeout=timeout) as answer:
            return json.load(answer)
    except (OSError, ValueError):
        return None


def check_port(problems, listen, port):
    for host in listen.split(","):
        try:
            family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            with socket.socket(family, kind, proto) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                probe.bind(address)
        except OSError as error:
            stats = system_stats(url_of(host, port)) or {}
            version = stats.get("system", {}).get("comfyui_version") if isinstance(stats.get("system"), dict) else None
            who = f": ComfyUI {version} answers there already" if version else f": {error.strerror or error}"
            problems.add(f"cannot listen on {host}, port {port}{who}",
                         "stop what uses it, or choose another port: --port, or COMFYUI_PORT")
            return


def check_torch(problems):
    missing = [name for name in ("torch", "torchvision", "torchaudio") if importlib.util.find_spec(name) is None]
    if missing:
        problems.add(f"{', '.join(missing)} cannot be imported: the torch slot is not filled",
                     "start it with `kiln run --slot torch=cpu RESULT -- comfyui-start`, or activate an "
                     "environment that brings torch")


def torch_build():
    """What GPU torch is built for, without importing it, which would take as long as half of the start."""
    spec = importlib.util.find_spec("torch")
    said = {}
    if spec and spec.origin:
        try:
            exec((pathlib.Path(spec.origin).parent / "version.py").read_text(), said)
        except Exception:
            return "cuda"  # nobody's torch that we know: leave it to ComfyUI
    return next((kind for kind in ("cuda", "hip", "xpu") if said.get(kind)), None)


def cuda_devices():
    """The number of NVIDIA's devices that the driver has; what it says when it does not work."""
    try:
        driver = ctypes.CDLL("libcuda.so.1")
    except OSError:
        return 0, None
    status, count = driver.cuInit(0), ctypes.c_int(0)
    if status == 0:
        status = driver.cuDeviceGetCount(ctypes.byref(count))
    if status not in (0, 100):  # 100: there is no device
        return 0, f"NVIDIA's driver answers with error {status}"
    return count.value, None


def gpu_for(build):
    """Is there a GPU for this build of torch, and what is wrong where it cannot be told?"""
    if build == "cuda":
        return cuda_devices()
    if build == "hip":
        return int(os.path.exists("/dev/kfd")), None
    return int(build == "xpu" and os.path.isdir("/dev/dri")), None


def choose_device(problems, wanted, tell):
    """cpu or gpu."""
    if wanted not in ("auto", "cpu", "gpu"):
        problems.add(f"COMFYUI_DEVICE is '{wanted}'", "it is auto, cpu or gpu")
    if wanted == "cpu" or problems.found:
        return "cpu"
    build = torch_build()
    found, trouble = gpu_for(build)
    if not build and os.path.exists("/dev/nvidiactl"):
        tell("there is an NVIDIA GPU, but this torch is built for the CPU: fill the slot with one that is for CUDA")
    if trouble:
        tell(f"{trouble}: it may be older than torch needs")
    if wanted == "gpu" and not found:
        problems.add("torch is built without a GPU" if not build else "there is no GPU that torch could use",
                     "see that the driver is there and that torch is built for it, or set COMFYUI_DEVICE=cpu")
    return "gpu" if found else "cpu"
