# SPDX-License-Identifier: MIT
#
# Imports every module that a package puts at the top of site-packages, and those named in $modules, each in
# a process of its own: none sees what another one imported, and a crash is one module's failure. So it is
# when a module asks the network, be it answered or not: who imports it without one would wait. $skipped
# names modules that cannot be imported here; their package says why. When all others work, $out has as facts
# what they are, and refers to the package, by which they are found again.

import importlib
import json
import os
import re
import sys
import traceback

# At the top of site-packages by their project's mistake.
JUNK = {"test", "tests", "testing", "doc", "docs", "example", "examples", "benchmark", "benchmarks", "scripts"}
MODULE = re.compile(r"([A-Za-z_]\w*)(?:\.py|(?:\.cpython-\w+-[\w-]+|\.abi3)?\.so)")
FOLDER = re.compile(r"[A-Za-z_]\w*")
DEPTH = 4


def modules_of(folder, prefix="", depth=DEPTH):
    """The importable names of a folder; a folder without __init__ is a namespace, whose members count."""
    found = set()
    for name in sorted(os.listdir(folder)):
        path = f"{folder}/{name}"
        module = MODULE.fullmatch(name)
        if not prefix and name.partition(".")[0] in JUNK or name in ("__pycache__", "__main__.py"):
            continue
        if module and os.path.isfile(path):
            found.add(prefix + module[1])
        elif FOLDER.fullmatch(name) and os.path.isdir(path):
            if any(MODULE.fullmatch(n) and n.startswith("__init__.") for n in os.listdir(path)):
                found.add(prefix + name)
            elif depth:
                found |= modules_of(path, f"{prefix}{name}.", depth - 1)
    return found


def tell(error):
    """The traceback from the module's first line on, without the import machinery."""
    told = traceback.TracebackException.from_exception(error)
    one = told
    while one:
        one.stack[:] = [f for f in one.stack if f.filename != __file__
                        and "<frozen importlib" not in f.filename and "/importlib/" not in f.filename]
        one = one.__cause__ or one.__context__
    sys.stderr.write("".join(told.format()))


NETWORK = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1, "socket.getaddrinfo": 0, "socket.gethostbyname": 0}
ASKED = 3
asking = []
LOCAL = {None, "", "localhost", "127.0.0.1", "::1", "0.0.0.0", "::"}


def watch_network():
    """Tells the first place that asks the network; a socket alone does not, nor does this machine."""
    def tell(event, args):
        if event not in NETWORK or asked:
            return
        whom = args[NETWORK[event]]
        if isinstance(whom, tuple):
            whom = whom[0]
        if isinstance(whom, bytes):
            whom = whom.decode(errors="replace")
        # a path is a socket of this machine's
        if whom in LOCAL or not isinstance(whom, str) or whom.startswith(("/", "\0")):
            return
        frames = traceback.extract_stack()
        own = [f for f in frames if f.filename.startswith(os.environ["package"] + "/")] \
            or [f for f in frames if "/site-packages/" in f.filename]
        place = f"'{own[-1].filename}' line {own[-1].lineno}" if own else "it"
        asked.append(f"{place} asks the network for '{whom}' when it is imported")

    asked = []
    sys.addaudithook(tell)
    return asked


def works(name):
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        code = 1
        asked = watch_network()
        try:
            importlib.import_module(name)
            code = 0
            if asked:
                print(f"import {name}: {asked[0]}\n"
                      "hint: a patch of it, or a variable that its recipe sets, makes it wait until it is used", file=sys.stderr)
                code = ASKED
        except BaseException as error:  # a module may well call sys.exit()
            tell(error)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        print(f"import {name}: killed by signal {os.WTERMSIG(status)}", file=sys.stderr)
    if os.WEXITSTATUS(status) == ASKED:
        asking.append(name)
    return status == 0


def main():
    site = f"{os.environ['package']}/{os.environ['sitePackages']}"
    skipped = set(os.environ["skipped"].split())
    names = modules_of(site) if os.path.isdir(site) else set()
    names |= set(os.environ["modules"].split())
    # what libraries keep for their user goes here
    os.environ["HOME"] = os.environ["TMPDIR"]
    failed = []
    for name in sorted(names):
        if name in skipped:
            print(f"import {name}: left out")
        elif works(name):
            print(f"import {name}: ok")
        else:
            failed.append(name)
    broken = [name for name in failed if name not in asking]
    if asking:
        print("error: these ask the network when they are imported: " + " ".join(asking), file=sys.stderr)
    if broken:
        print("error: cannot be imported: " + " ".join(broken)
              + "\nhint: what such a module imports belongs into the package's dependencies", file=sys.stderr)
    if failed:
        sys.exit(1)
    support = os.environ["out"] + "/nix-support"
    os.makedirs(support)
    with open(support + "/checked", "w", encoding="utf-8") as f:
        f.write(os.environ["package"] + "\n")
    with open(support + "/facts.json", "w", encoding="ascii") as f:
        json.dump({"modules": sorted(names - skipped)}, f, sort_keys=True)


main()
