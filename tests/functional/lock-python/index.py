# An index of small projects on a loopback port, and a package set whose lock has some of them.
#
#   /simple/PROJECT/   its page, with hashes; /files/NAME a file. A file that is removed from FOLDER/files is
#                      on the page no more
#
# usage: index.py make FOLDER SET_FOLDER [UV_VERSION UV_SCRIPT]
#        index.py serve FOLDER PORT_FILE
import base64, hashlib, http.server, io, json, os, re, sys, tarfile, zipfile

# what the slot torch brings to recipes
COMPANIONS = ("filelock", "fsspec", "jinja2", "networkx", "setuptools", "sympy", "typing-extensions")
plain = lambda name: re.sub(r"[-_.]+", "-", name).lower()


def digest(data):
    return hashlib.sha256(data).hexdigest()


def put_wheel(folder, name, version, requires=(), tag="py3-none-any", extras=(), program=None):
    stem = f"{name.replace('-', '_')}-{version}"
    info = stem + ".dist-info/"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: the {name} project\nLicense: MIT\n"
    metadata += "".join(f"Provides-Extra: {e}\n" for e in extras) + "".join(f"Requires-Dist: {r}\n" for r in requires)
    files = {name.replace("-", "_") + ".py": f"version = {version!r}\n", info + "METADATA": metadata,
             info + "WHEEL": f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n"}
    if program:
        files[f"{stem}.data/scripts/{name}"] = program
    sums = {k: base64.urlsafe_b64encode(hashlib.sha256(v.encode()).digest()).rstrip(b"=").decode() for k, v in files.items()}
    files[info + "RECORD"] = "".join(f"{k},sha256={sums[k]},{len(files[k].encode())}\n" for k in sums) + info + "RECORD,,\n"
    path = os.path.join(folder, f"{stem}-{tag}.whl")
    with zipfile.ZipFile(path, "w") as z:
        for k, v in files.items():
            z.writestr(zipfile.ZipInfo(k), v)
    return path


def put_sdist(folder, name, version, files):
    path = os.path.join(folder, f"{name}-{version}.tar.gz")
    with tarfile.open(path, "w:gz") as t:
        for k, v in files.items():
            member = tarfile.TarInfo(f"{name}-{version}/{k}")
            member.size = len(v)
            t.addfile(member, io.BytesIO(v.encode()))
    return path


def put_files(folder):
    wheel = lambda *a, **k: put_wheel(folder, *a, **k)
    x86, arm = "cp313-cp313-manylinux_2_28_x86_64", "cp313-cp313-manylinux_2_28_aarch64"
    wheel("alpha", "1.0", ["beta>=1", "gamma; extra == 'with_gamma'", "torch>=2"], extras=["with_gamma"])
    wheel("alpha", "2.0", ["beta>=2", "gamma; extra == 'with_gamma'", "torch>=2"], extras=["with_gamma"])
    for version in ("1.0", "1.5", "2.0"):
        wheel("beta", version)
    wheel("gamma", "1.0", ["beta"])
    wheel("gamma", "2.0", ["beta"])
    wheel("strict", "1.0", ["beta<2"])
    wheel("torch", "2.6.0", ["filelock"])
    wheel("torch", "2.9.0", ["filelock"])
    wheel("newtorch", "1.0", ["torch>=2.9"])
    wheel("marked", "1.0", ["x86only; platform_machine == 'x86_64'", "armonly; platform_machine == 'aarch64'"])
    wheel("x86only", "1.0", tag=x86)
    wheel("armonly", "1.0", tag=arm)
    for tag in ("py3-none-any", "cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64", x86, arm, "cp312-cp312-manylinux_2_28_x86_64",
                "cp313-cp313-win_amd64"):
        wheel("many", "1.0", tag=tag)
    wheel("ring", "1.0", ["rang"])
    wheel("rang", "1.0", ["ring"])
    wheel("twin", "1.0", ["other-twin"])
    wheel("other-twin", "1.0")
    for name in COMPANIONS:
        wheel(name, "80.0")
    put_sdist(folder, "source", "1.0", {"PKG-INFO": "Metadata-Version: 2.2\nName: source\nVersion: 1.0\nSummary: the source project\n"
                                        "Requires-Dist: beta\n", "pyproject.toml": '[build-system]\nrequires = ["setuptools>=70"]\n'})


def put_set(folder, files):
    """A lock with beta 1.5, gamma 1.0, strict 1.0 and the slot torch 2.6.0."""
    row = lambda path: {"name": os.path.basename(path), "sha256": digest(open(path, "rb").read())}
    entry = lambda n, v, **more: {"version": v, "files": [row(f"{files}/{n.replace('-', '_')}-{v}-py3-none-any.whl")], **more}
    uv = next(f for f in os.listdir(files) if f.startswith("uv-"))
    projects = {"beta": entry("beta", "1.5"), "gamma": entry("gamma", "1.0", requires=["beta"]),
                **{n: entry(n, "80.0") for n in COMPANIONS}, "strict": entry("strict", "1.0", requires=["beta"]),
                "uv": {"version": uv.split("-")[1], "files": [row(f"{files}/{uv}")]}}
    metadata = {"gamma": {"requires": ["beta"], "extras": {"more": ["beta", "torch"], "none": ["nowhere"]}}, "strict": {"requires": ["beta<2"]}}
    write = lambda name, value: open(f"{folder}/{name}", "w").write(json.dumps(value))
    write("lock.json", {"format": 1, "python": "3.13", "projects": projects, "slots": {"torch": "2.6.0"}})
    write("metadata.json", {"version": 1, "packages": metadata})
    write("about.json", {"version": 1, "packages": {"beta": {"description": "the set's beta", "license": "MIT"}}})
    open(f"{folder}/requirements.txt", "w").write("slot torch==2.6.0\nbeta\ngamma\nstrict\nalias twin-module other-twin\n")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, body, status=200, kind="text/html"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_GET(self):
        parts = self.path.strip("/").split("/")
        folder = sys.argv[2]
        if parts[0] == "files" and os.path.isfile(f"{folder}/{parts[-1]}"):
            return self.answer(open(f"{folder}/{parts[-1]}", "rb").read(), kind="application/octet-stream")
        found = [f for f in sorted(os.listdir(folder)) if parts[0] == "simple" and plain(f.split("-")[0]) == parts[-1]]
        if not found:
            return self.answer(b"nothing here", 404)
        link = lambda f: f'<a href="/files/{f}#sha256={digest(open(f"{folder}/{f}", "rb").read())}">{f}</a>\n'
        return self.answer("".join(map(link, found)).encode())

    do_HEAD = do_GET


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, address):
        pass


if sys.argv[1] == "make":
    os.makedirs(sys.argv[2], exist_ok=True)
    put_files(sys.argv[2])
    put_wheel(sys.argv[2], "uv", sys.argv[4], program=open(sys.argv[5]).read() if len(sys.argv) > 5 else "#!/bin/false\n")
    put_set(sys.argv[3], sys.argv[2])
else:
    server = Server(("127.0.0.1", 0), Handler)
    with open(sys.argv[3] + ".new", "w") as f:
        f.write(str(server.server_port))
    os.rename(sys.argv[3] + ".new", sys.argv[3])
    server.serve_forever()
