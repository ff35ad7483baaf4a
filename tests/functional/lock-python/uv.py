#!/usr/bin/env python3
# Stands in for uv where no index of the world can be asked: as much of `uv pip compile` as the test's few
# projects need, with uv's words for failures. tests/full/lock-python.sh runs the same test with uv itself.
import io, os, re, sys, tomllib, urllib.error, urllib.request, zipfile

from pip._vendor.packaging.markers import default_environment
from pip._vendor.packaging.requirements import Requirement
from pip._vendor.packaging.version import Version

VERSION = "9.9"
SELF = "these-requirements"
plain = lambda name: re.sub(r"[-_.]+", "-", name).lower()


def fail(*lines):
    sys.exit("error: " + "\n".join(lines))


def unsolvable(why):
    fail("No solution found when resolving dependencies for split (markers: sys_platform == 'linux')", "  cause: " + why, "",
         "hint: nobody reads this")


def get(url):
    if os.environ.get("UV_OFFLINE"):
        fail(f"Failed to fetch: `{url}`", "  cause: Network connectivity is disabled")
    try:
        return urllib.request.urlopen(url).read()
    except urllib.error.HTTPError:
        return b""
    except OSError as e:
        fail(f"Failed to fetch: `{url}`", f"  cause: error sending request for url ({url})", f"  cause: {e}")


def page(name):
    """File name -> address and hash."""
    index = os.environ["UV_DEFAULT_INDEX"]
    text = get(f"{index}/{name}/").decode()
    base = index.removesuffix("/simple")
    return {f: (base + url, sha) for url, sha, f in re.findall(r'href="([^#"]*)#sha256=(\w+)">([^<]*)<', text)}


def versions(name, sources):
    """Version -> its files; without those that may not be built."""
    found = {}
    for f, where in page(name).items():
        if f.endswith(".whl") or name in sources:
            found.setdefault(f.removesuffix(".tar.gz").split("-")[1], {})[f] = where
    return found


def requires(name, version, files, told):
    if (name, version) in told or (name, None) in told:
        return told.get((name, version), told.get((name, None)))
    wheel = next((w for f, w in sorted(files.items()) if f.endswith(".whl")), None)
    if not wheel:
        return ["beta"]
    with zipfile.ZipFile(io.BytesIO(get(wheel[0]))) as z:
        text = z.read(next(n for n in z.namelist() if n.endswith("/METADATA"))).decode()
    return re.findall(r"^Requires-Dist: (.*)$", text, re.M)


def applies(requirement, machine, extra):
    environment = {**default_environment(), "platform_machine": machine, "sys_platform": "linux", "python_version": "3.13", "extra": extra}
    return requirement.marker is None or requirement.marker.evaluate(environment)


class Solver:
    def __init__(self, project, told, kept, sources):
        self.uv, self.told, self.kept, self.sources = project["tool"]["uv"], told, kept, sources
        self.roots = project["project"]["dependencies"]
        self.known, self.why = {}, None

    def files(self, name, who):
        if name in self.known:
            return self.known[name]
        self.known[name] = known = versions(name, self.sources)
        if not known and page(name):
            version = list(page(name))[0].removesuffix(".tar.gz").split("-")[1]
            print(f"hint: Wheels are required for `{name}` because building from source is disabled for all packages", file=sys.stderr)
            unsolvable(f"Because {name}=={version} has no usable wheels and {SELF} depends on {name}, we can conclude that your "
                       "requirements are unsatisfiable.")
        if not known:
            unsolvable(f"Because {name} was not found in the package registry and {who} depends on {name}, we can conclude that your "
                       "requirements are unsatisfiable.")
        return known

    def walk(self, chosen):
        """Who asks for which versions of what, and for which machines, as far as versions are chosen."""
        asked, machines, todo, seen = {}, {}, [(SELF, t, "", ("x86_64", "aarch64")) for t in self.roots], set()
        while todo:
            item = todo.pop(0)
            if item in seen:
                continue
            seen.add(item)
            who, text, extra, where = item
            wanted = Requirement(text)
            name = plain(wanted.name)
            where = tuple(m for m in where if applies(wanted, m, extra))
            if not where:
                continue
            asked.setdefault(name, []).append((who, wanted.specifier))
            machines.setdefault(name, set()).update(where)
            if name in chosen:
                more = requires(name, chosen[name], self.files(name, who)[chosen[name]], self.told)
                todo += [(f"{name}=={chosen[name]}", t, e, where) for t in more for e in [*sorted(wanted.extras), ""]]
        return asked, machines

    def solve(self, chosen):
        asked, machines = self.walk(chosen)
        for text in self.uv["constraint-dependencies"]:
            bound = Requirement(text)
            if plain(bound.name) in asked:
                asked[plain(bound.name)].append((None, bound.specifier))
        for name, bounds in asked.items():
            if name in chosen and not all(s.contains(chosen[name]) for _, s in bounds):
                self.why = self.why or " and ".join(f"{who} depends on {name}{s}" if who else f"{name}{s}" for who, s in bounds if str(s))
                return None
        left = sorted(n for n in asked if n not in chosen)
        if not left:
            return {n: (chosen[n], self.known[n][chosen[n]], machines[n]) for n in sorted(chosen)}
        name = left[0]
        known = self.files(name, asked[name][0][0])
        order = sorted(known, key=lambda v: (v == self.kept.get(name), Version(v)), reverse=True)
        for version in order:
            found = self.solve({**chosen, name: version})
            if found is not None:
                return found
        return None


def compile_lock():
    sources = {plain(sys.argv[i + 1]) for i, a in enumerate(sys.argv) if a == "--no-binary"}
    project = tomllib.load(open("pyproject.toml", "rb"))
    kept = {p["name"]: p["version"] for p in tomllib.load(open("pylock.toml", "rb")).get("packages", [])}
    told = {(m["name"], m.get("version")): m["requires-dist"] for m in project["tool"]["uv"]["dependency-metadata"]}
    solver = Solver(project, told, kept, sources)
    found = solver.solve({})
    if found is None:
        unsolvable(f"Because {solver.why}, we can conclude that your requirements are unsatisfiable.")
    out = ['lock-version = "1.0"']
    for name, (version, files, machines) in found.items():
        entry = lambda f: f'{{ url = "{files[f][0]}", hashes = {{ sha256 = "{files[f][1]}" }} }}'
        out += ["[[packages]]", f'name = "{name}"', f'version = "{version}"']
        if len(machines) == 1:
            out.append(f"marker = \"platform_machine == '{machines.pop()}'\"")
        out.append("wheels = [" + ", ".join(entry(f) for f in sorted(files) if f.endswith(".whl")) + "]")
        out += [f"sdist = {entry(f)}" for f in files if not f.endswith(".whl")]
    open("pylock.toml", "w").write("\n".join(out) + "\n")


if sys.argv[1:] == ["--version"]:
    print("uv", VERSION)
else:
    compile_lock()
