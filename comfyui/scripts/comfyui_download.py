"""comfyui-download: models by URL and SHA-256 into the folder models of the work folder. What was begun is
continued, what is there is left alone, and nothing is put in place before its hash is right.
"""
import argparse
import fcntl
import hashlib
import http.client
import os
import pathlib
import re
import shutil
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

TRIES = 5
BLOCK = 1 << 20
LIST = """\
A list has a model a line: its SHA-256, its place below the models folder, and one URL or several that have it.
Blank lines and what stands behind a # are skipped.

  6ce0161689b3853acaa03779ec93eafe75a02f4ced659bee03f50797806fa2fa checkpoints/base.safetensors https://example.org/base

environment:
  COMFYUI_MODELS_DIR       instead of the folder models of
  COMFYUI_WORK_DIR         the work folder; ~/comfyui-work
  COMFYUI_DOWNLOAD_TOKEN   sent to the host of the URL, to no other one
"""


class Failure(Exception):
    def __init__(self, text, cure=None, again=False, wait=0):
        super().__init__(text)
        self.cure = cure
        self.again = again  # is another try worth it?
        self.wait = wait    # and the server's word on when


class Model:
    def __init__(self, sha256, place, urls):
        if not re.fullmatch("[0-9a-f]{64}", sha256):
            raise Failure(f"'{sha256}' is no SHA-256", "it is 64 digits, as sha256sum prints it")
        parts = pathlib.PurePosixPath(place).parts
        if not parts or place.startswith("/") or ".." in parts or place.endswith("/"):
            raise Failure(f"'{place}' is no place below the models folder", "write it as checkpoints/NAME.safetensors")
        for url in urls:
            if urllib.parse.urlsplit(url).scheme not in ("http", "https", "file"):
                raise Failure(f"'{url}' is no URL", "http://, https:// and file:// are")
        self.sha256, self.place, self.urls = sha256, place, urls


def size_text(n):
    for unit in ("B", "KiB", "MiB", "GiB"):
        if n < 1024 or unit == "GiB":
            return f"{n:.1f} {unit}" if unit != "B" else f"{n} B"
        n /= 1024


class Progress:
    """A line that is written over on a terminal, one every ten seconds elsewhere."""

    def __init__(self, name, total):
        self.name, self.total = name, total
        self.live = sys.stderr.isatty()
        self.next = time.monotonic() + (0 if self.live else 10)

    def tell(self, done):
        now = time.monotonic()
        if now < self.next:
            return
        self.next = now + (0.2 if self.live else 10)
        text = f"{self.name}: {size_text(done)}" + (f" of {size_text(self.total)}" if self.total else "")
        print(f"\r\033[K{text}" if self.live else text, end="" if self.live else "\n", file=sys.stderr, flush=True)

    def end(self):
        if self.live:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def digest_of(path, name):
    digest = hashlib.sha256()
    size = path.stat().st_size
    progress = Progress(f"reading {name}", size)
    with open(path, "rb") as file:
        done = 0
        while block := file.read(BLOCK):
            digest.update(block)
            done += len(block)
            progress.tell(done)
    progress.end()
    return digest


def open_url(url, start):
    request = urllib.request.Request(url, headers={"User-Agent": "comfyui-download", "Accept-Encoding": "identity"})
    if start:
        request.add_header("Range", f"bytes={start}-")
    token = os.environ.get("COMFYUI_DOWNLOAD_TOKEN")
    if token:
        # Not where the host sends us on to.
        request.add_unredirected_header("Authorization", f"Bearer {token}")
    try:
        return urllib.request.urlopen(request, timeout=60)
    except urllib.error.HTTPError as error:
        if error.code == 416 and start:
            return None
        if error.code in (401, 403):
            raise Failure(f"{url}: the server says {error.code}", "what needs an account wants COMFYUI_DOWNLOAD_TOKEN") from None
        after = error.headers.get("Retry-After", "")
        raise Failure(f"{url}: the server says {error.code}", again=error.code >= 500 or error.code == 429,
                      wait=min(int(after), 60) if after.isdigit() else 0) from None
    except urllib.error.URLError as error:
        raise Failure(f"{url}: {error.reason}", again=not isinstance(error.reason, FileNotFoundError)) from None
    except OSError as error:
        raise Failure(f"{url}: {error}", again=True) from None


def check_space(part, missing):
    free = shutil.disk_usage(part.parent).free
    if missing > free:
        raise Failure(f"{size_text(missing)} are needed for '{part.parent}', {size_text(free)} are free",
                      "free some, or set COMFYUI_MODELS_DIR to a folder on another disk")


def total_of(answer, start):
    length = answer.headers.get("Content-Length")
    return start + int(length) if length and length.isdigit() else None


def transfer(model, url, part, file):
    """Appends what is missing; the file's hash, and whether it was continued."""
    start = os.fstat(file.fileno()).st_size
    answer = open_url(url, start)
    if answer is None:  # nothing is behind what we have
        return digest_of(part, model.place), True
    with answer:
        # Some servers say 200 to a part, too: what it is tells its header.
        part_of = answer.headers.get("Content-Range", "")
        if start and answer.status != 206 and not part_of:
            start = 0
            file.truncate(0)
        elif start and not part_of.startswith(f"bytes {start}-"):
            raise Failure(f"{url}: it answers with another part than was asked for")
        digest = digest_of(part, model.place) if start else hashlib.sha256()
        total = total_of(answer, start)
        if total:
            check_space(part, total - start)
        progress, done = Progress(model.place, total), start
        file.seek(start)
        try:
            while block := answer.read(BLOCK):
                digest.update(block)
                file.write(block)
                done += len(block)
                progress.tell(done)
        except (TimeoutError, ConnectionError, http.client.HTTPException) as error:
            raise Failure(f"{url}: {error or type(error).__name__}", again=True) from None
        finally:
            progress.end()
            file.flush()
        if total and done < total:
            raise Failure(f"{url}: it ended after {done} of {total} bytes", again=True)
        return digest, start > 0


def fetch_from(model, url, part, file):
    """True when the part is the model."""
    wait = 1
    for attempt in range(1, TRIES + 1):
        try:
            digest, continued = transfer(model, url, part, file)
        except Failure as failure:
            if not failure.again or attempt == TRIES:
                raise
            print(f"{failure}; trying again in {max(wait, failure.wait)} s", file=sys.stderr)
            time.sleep(max(wait, failure.wait))
            wait *= 2
            continue
        if digest.hexdigest() == model.sha256:
            return
        file.truncate(0)
        # What was begun may have been another file of that name.
        if not continued:
            raise Failure(f"{url} is something else\n  specified: {model.sha256}\n  got:       {digest.hexdigest()}",
                          "take the hash from where the model is described, not from the file")
        print(f"{url}: what was begun does not fit: once more from the start", file=sys.stderr)
    raise Failure(f"{url}: no try of {TRIES} gave it whole")


def fetch(model, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{model.sha256[:8]}.part")
    with open(part, "ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Failure(f"'{target}' is being downloaded by somebody else") from None
        for i, url in enumerate(model.urls):
            try:
                fetch_from(model, url, part, file)
                break
            except Failure as failure:
                if i + 1 == len(model.urls):
                    raise
                print(f"{failure}; there is another URL", file=sys.stderr)
        file.flush()
        os.fsync(file.fileno())
        os.chmod(part, 0o666 & ~current_umask())
        part.rename(target)


def current_umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def begun(model, target):
    part = target.with_name(f".{target.name}.{model.sha256[:8]}.part")
    return part.stat().st_size if part.exists() else 0


def bring(model, models, dry_run):
    target = models / model.place
    if target.exists():
        if digest_of(target, model.place).hexdigest() == model.sha256:
            print(f"{model.place}: is there")
            return
        raise Failure(f"'{target}' is there, and is something else", "move it away, or choose another name")
    if dry_run:
        have = begun(model, target)
        print(f"{model.place}: would come from {model.urls[0]}" + (f", {size_text(have)} of it are there" if have else ""))
        return
    try:
        fetch(model, target)
    except OSError as error:
        raise Failure(f"'{error.filename or target}': {error.strerror or error}") from None
    print(f"{model.place}: downloaded, {size_text(target.stat().st_size)}")


def read_list(name):
    try:
        text = sys.stdin.read() if name == "-" else pathlib.Path(name).read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"'{name}' cannot be read: {getattr(error, 'strerror', None) or error}") from None
    for number, line in enumerate(text.splitlines(), 1):
        words = re.sub(r"(^|\s)#.*", "", line).split()
        if not words:
            continue
        if len(words) < 3:
            raise Failure(f"{name}, line {number}: a hash, a place and a URL are expected")
        try:
            yield Model(words[0], words[1], words[2:])
        except Failure as failure:
            raise Failure(f"{name}, line {number}: {failure}", failure.cure) from None


def arguments():
    parser = argparse.ArgumentParser(
        prog="comfyui-download", epilog=LIST, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False,
        usage="comfyui-download [OPTION...] URL SHA256 PLACE\n       comfyui-download [OPTION...] --list FILE...",
        description="Download models by URL and SHA-256 into the models folder. PLACE is FOLDER/NAME there.")
    parser.add_argument("model", nargs="*", metavar="URL SHA256 PLACE", help=argparse.SUPPRESS)
    parser.add_argument("--list", action="append", default=[], metavar="FILE", help="download what is in it; - is standard input")
    parser.add_argument("--models-dir", metavar="DIR", help="the models folder")
    parser.add_argument("-n", "--dry-run", action="store_true", help="only tell what would be downloaded")
    given = parser.parse_args()
    if bool(given.model) == bool(given.list) or given.model and len(given.model) != 3:
        parser.error("a URL, its SHA-256 and a place are expected, or --list")
    return given


def models_folder(given):
    named = given.models_dir or os.environ.get("COMFYUI_MODELS_DIR")
    work = os.environ.get("COMFYUI_WORK_DIR") or os.path.expanduser("~/comfyui-work")
    return pathlib.Path(os.path.abspath(named or os.path.join(work, "models")))


def main():
    given = arguments()
    failed = 0
    try:
        models = [m for name in given.list for m in read_list(name)]
        if given.model:
            url, sha256, place = given.model
            models.append(Model(sha256.lower(), place, [url]))
    except Failure as failure:
        return tell(failure, 2)
    for model in models:
        try:
            bring(model, models_folder(given), given.dry_run)
        except Failure as failure:
            failed = tell(failure, 1)
    return failed


def tell(failure, status):
    sys.stdout.flush()
    print(f"error: {failure}" + (f"\nhint: {failure.cure}" if failure.cure else ""), file=sys.stderr)
    return status


try:
    sys.exit(main())
except KeyboardInterrupt:
    sys.exit("\ninterrupted: what has come is kept, and the next call goes on with it")
