# SPDX-License-Identifier: MIT
#
# Installs dist/*.whl into $out (PEP 427): files checked against RECORD, .data folders placed, programs
# made from entry points, dependencies taken out or relaxed as the recipe says, and what is left
# compared with what is there. finish-package.py completes it after the recipe's own changes.

import base64
import configparser
import csv
import glob
import hashlib
import importlib.metadata
import os
import re
import sys
import zipfile

sys.path.append(os.environ["packagingPath"])
from packaging.requirements import Requirement  # noqa: E402
from packaging.utils import canonicalize_name  # noqa: E402

OUT, SITE, PYTHON = os.environ["out"], os.environ["sitePackagesPath"], os.environ["pythonInterpreter"]
SLOTS = {"torch", "torchvision", "torchaudio", "triton"}


def fail(text):
    sys.exit(f"error: {text}")


def is_slot(name):
    return name in SLOTS or re.fullmatch(r"nvidia-.*-cu\d+", name)


def one_name(name):
    """Every project that ships cv2 counts as one."""
    name = canonicalize_name(name)
    return "opencv" if re.fullmatch(r"opencv(-contrib)?-python(-headless)?", name) else name


def words(variable):
    """The names in a variable; `true` in a recipe means all."""
    value = os.environ.get(variable, "")
    return {"*"} if value == "1" else {canonicalize_name(w) for w in value.split()}


def edit_metadata(text):
    """Takes out the lines of pythonRemoveDeps, and the bounds of pythonRelaxDeps."""
    remove, relax = words("pythonRemoveDeps"), words("pythonRelaxDeps")
    out, body = [], False
    for line in text.splitlines(keepends=True):
        body = body or not line.strip()
        if body or not line.lower().startswith("requires-dist:"):
            out.append(line)
            continue
        requirement = Requirement(line.partition(":")[2].strip())
        name = canonicalize_name(requirement.name)
        if name in remove or "*" in remove:
            continue
        if name in relax or "*" in relax:
            requirement.specifier = type(requirement.specifier)()
            line = f"Requires-Dist: {requirement}\n"
        out.append(line)
    return "".join(out)


def destination(name, data):
    """Where a member goes, below $out."""
    if not name.startswith(data + "/"):
        return f"{SITE}/{name}"
    kind, _, rest = name[len(data) + 1:].partition("/")
    folder = {"purelib": SITE, "platlib": SITE, "scripts": "bin", "data": "",
              "headers": f"include/python{os.environ['pythonVersion']}/{os.environ.get('pname', 'headers')}"}.get(kind)
    if folder is None:
        fail(f"{name}: unknown .data folder '{kind}'")
    return os.path.join(folder, rest)


def check_record(wheel, info, contents):
    rows = {row[0]: row[1] for row in csv.reader(contents[f"{info}/RECORD"].decode().splitlines()) if row}
    for name, data in contents.items():
        if name in (f"{info}/RECORD", f"{info}/RECORD.jws", f"{info}/RECORD.p7s"):
            continue
        algorithm, _, digest = rows.get(name, "").partition("=")
        if algorithm not in ("sha256", "sha384", "sha512"):
            fail(f"{wheel}: RECORD has no hash of '{name}'")
        got = base64.urlsafe_b64encode(hashlib.new(algorithm, data).digest()).rstrip(b"=").decode()
        if got != digest.rstrip("="):
            fail(f"{wheel}: '{name}' is not what RECORD says\n  specified: {digest}\n  got:       {got}")


def put(path, data, executable):
    path = os.path.join(OUT, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.lexists(path):
        fail(f"'{path}' would be written twice")
    with open(path, "wb") as file:
        file.write(data)
    os.chmod(path, 0o755 if executable else 0o644)


def programs(info, contents):
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None)
    parser.optionxform = str
    parser.read_string(contents.get(f"{info}/entry_points.txt", b"").decode())
    for section in ("console_scripts", "gui_scripts"):
        for name, target in sorted(parser.items(section)) if parser.has_section(section) else []:
            match = re.fullmatch(r"([\w.]+)\s*:\s*([\w.]+)\s*(\[.*\])?", target)
            if not match or "/" in name:
                fail(f"entry point '{name} = {target}' is not 'module:object'")
            first = match[2].split(".")[0]
            put(f"bin/{name}", (f"#!{PYTHON}\nimport sys\nfrom {match[1]} import {first}\n"
                                f"if __name__ == '__main__':\n    sys.exit({match[2]}())\n").encode(), True)


def script(data):
    return re.sub(rb"\A#!python\w*", b"#!" + PYTHON.encode(), data, count=1)


def install(wheel):
    with zipfile.ZipFile(wheel) as archive:
        members = [m for m in archive.infolist() if not m.is_dir()]
        contents = {m.filename: archive.read(m) for m in members}
        executable = {m.filename for m in members if (m.external_attr >> 16) & 0o100}
    infos = {n.split("/")[0] for n in contents if n.split("/")[0].endswith(".dist-info") and n.endswith("/METADATA")}
    if len(infos) != 1:
        fail(f"{wheel}: expected one .dist-info, found {sorted(infos)}")
    info = infos.pop()
    data = info[:-len(".dist-info")] + ".data"
    if any(n.startswith("/") or ".." in n.split("/") for n in contents):
        fail(f"{wheel}: a name leaves the wheel")
    check_record(wheel, info, contents)
    metadata = edit_metadata(contents[f"{info}/METADATA"].decode())
    contents[f"{info}/METADATA"] = metadata.encode()
    contents[f"{info}/INSTALLER"] = b"kiln\n"
    for name in sorted(contents):
        if name in (f"{info}/RECORD", f"{info}/RECORD.jws", f"{info}/RECORD.p7s", f"{info}/direct_url.json"):
            continue
        in_scripts = name.startswith(f"{data}/scripts/")
        put(destination(name, data), script(contents[name]) if in_scripts else contents[name],
            in_scripts or name in executable)
    put(f"{SITE}/{info}/RECORD", b"", False)
    programs(info, contents)
    return metadata


def check_requirements(metadatas):
    """Every dependency must be among the inputs, in a version that fits; slots count as there."""
    here = {}
    for dist in importlib.metadata.distributions(path=[f"{OUT}/{SITE}", *os.environ.get("pythonPath", "").split(":")]):
        here[one_name(dist.metadata["Name"])] = dist.version
    missing = []
    for text in metadatas:
        header = text.split("\n\n")[0]
        for line in re.findall(r"(?im)^requires-dist:\s*(.*)$", header):
            requirement = Requirement(line)
            if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
                continue
            name = one_name(requirement.name)
            if is_slot(name):
                continue
            if name not in here:
                missing.append(f"  {requirement}: not installed")
            elif not requirement.specifier.contains(here[name], prereleases=True):
                missing.append(f"  {requirement}: {here[name]} is installed")
    if missing:
        fail("dependencies are not satisfied:\n" + "\n".join(missing)
             + "\nhint: add them to dependencies, take them out with pythonRemoveDeps, "
               "or say dontCheckRuntimeDeps = true")


wheels = sorted(glob.glob("dist/*.whl"))
if not wheels:
    fail("no wheel in dist/")
installed = [install(wheel) for wheel in wheels]
if not os.environ.get("dontCheckRuntimeDeps"):
    check_requirements(installed)
