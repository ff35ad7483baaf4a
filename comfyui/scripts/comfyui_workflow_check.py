"""comfyui-workflow-check: are there the nodes that a workflow names, and do they take what it gives them?
Reads the graphs that ComfyUI's page saves and the prompts that its API takes. Neither a GPU nor a server is
needed: what nodes there are is told by a check's facts, or by ComfyUI loading its nodes on the CPU.
"""
import argparse
import difflib
import hashlib
import json
import os
import pathlib
import subprocess
import sys

OUT = pathlib.Path(__file__).resolve().parent.parent
# What the page has without ComfyUI.
PAGE_NODES = {"Note", "MarkdownNote", "PrimitiveNode", "Reroute"}
CONTROLS = {"fixed", "increment", "decrement", "randomize", "increment-wrap"}
UPLOADS = {"image", "video", "audio"}
WIDGETS = {"INT", "FLOAT", "STRING", "BOOLEAN", "COMBO"}
MUTED, BYPASSED = 2, 4
MANY = 8


class Trouble(Exception):
    def __init__(self, text, cure=None):
        super().__init__(text)
        self.cure = cure


# ---- what nodes there are ----

def from_object_info(info):
    """What a running ComfyUI answers to /object_info, in the form of facts."""
    def take(spec):
        kind, extra = (spec[0], spec[1] if len(spec) > 1 and isinstance(spec[1], dict) else {}) \
            if isinstance(spec, list) and spec else (spec, {})
        if isinstance(kind, list) or kind == "COMBO":
            # Lists of files are those of that machine: they are not held against a workflow.
            return {**extra, "type": "COMBO", "options": kind if isinstance(kind, list) else extra.get("options") or []}
        return {**extra, "type": kind if isinstance(kind, str) else "*"}

    nodes = {}
    for name, node in info.items():
        inputs = {g: {n: take(s) for n, s in (node["input"].get(g) or {}).items()} for g in ("required", "optional")}
        order = node.get("input_order") or {}
        nodes[name] = {
            "inputs": inputs,
            "order": [n for g in ("required", "optional") for n in order.get(g, inputs[g])],
            "outputs": [{"type": t if isinstance(t, str) else "COMBO"} for t in node.get("output") or []],
        }
    return nodes


def read_nodes(name):
    path = pathlib.Path(name)
    if path.is_dir():
        path = path / "nix-support" / "facts.json"
    said = load_json(path)
    if isinstance(said, dict) and isinstance(said.get("nodes"), dict):
        return said["nodes"]
    if isinstance(said, dict) and said and all(isinstance(n, dict) and "input" in n for n in said.values()):
        return from_object_info(said)
    raise Trouble(f"'{path}' does not say what nodes there are",
                  "it is the result of a check, its facts.json, or what ComfyUI answers to /object_info")


def packs_of(work):
    """The node packs that a start would load, and what tells one state of them from another."""
    nodes = work / "custom_nodes"
    if not nodes.is_dir():
        return None, ""
    states = []
    for entry in sorted(nodes.iterdir()):
        source = entry / "__init__.py" if entry.is_dir() else entry
        if entry.name != "__pycache__" and not entry.name.endswith(".disabled") and source.exists():
            states.append(f"{entry.name} {entry.resolve()} {source.stat().st_mtime_ns}")
    return nodes, "\n".join(states)


def ask_comfyui(work):
    """Loads ComfyUI's nodes, once for a release and its packs."""
    packs, state = packs_of(work)
    key = hashlib.sha256(f"{OUT}\n{os.environ.get('COMFYUI_NODES', '')}\n{state}".encode()).hexdigest()[:32]
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "comfyui-workflow-check"
    kept = cache / f"{key}.json"
    if kept.is_file():
        return read_nodes(kept)
    print("comfyui-workflow-check: asking ComfyUI for its nodes, once", file=sys.stderr)
    cache.mkdir(parents=True, exist_ok=True)
    fresh = cache / f".{key}.{os.getpid()}"
    call = [sys.executable, str(OUT / "libexec" / "comfyui-object-info.py"), str(OUT / "share" / "comfyui"),
            "--all", "--api-nodes", "--out", str(fresh)]
    for folder in os.environ.get("COMFYUI_NODES", "").split(":") + [str(packs) if packs else ""]:
        if folder:
            call += ["--nodes", folder]
    done = subprocess.run(call, stderr=subprocess.PIPE, text=True, errors="replace")
    # Packs that cannot be loaded are told, and their nodes are missing: what there is can be used.
    if not fresh.is_file():
        end = "\n".join(f"> {line}" for line in done.stderr.strip().splitlines()[-6:])
        raise Trouble(f"ComfyUI cannot load its nodes\n{end}",
                      "fill the torch slot (kiln run --slot torch=cpu RESULT -- comfyui-workflow-check FILE), or name "
                      "what nodes there are with --nodes")
    for line in done.stderr.splitlines():
        if line.startswith("node pack '"):
            print(f"comfyui-workflow-check: {line}", file=sys.stderr)
    if done.returncode == 0:
        fresh.rename(kept)
        return read_nodes(kept)
    nodes = read_nodes(fresh)
    fresh.unlink()
    return nodes


# ---- reading workflows ----

def load_json(path):
    try:
        text = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise Trouble(f"'{path}' cannot be read: {error.strerror}") from None
    try:
        return json.loads(text.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Trouble(f"'{path}' is no text: byte {error.start} is not UTF-8") from None
    except json.JSONDecodeError as error:
        line = text.decode("utf-8-sig").splitlines()[error.lineno - 1:error.lineno] or [""]
        start = max(0, error.colno - 40)
        piece = line[0][start:start + 70]
        raise Trouble(f"'{path}' is no JSON: {error.msg[0].lower() + error.msg[1:]} at line {error.lineno}, column {error.colno}\n"
                      f"  {piece}\n  {' ' * (error.colno - 1 - start)}^") from None
    except RecursionError:
        raise Trouble(f"'{path}' is nested too deeply") from None


class Report:
    def __init__(self):
        self.found = []
        self.seen = 0

    def add(self, node, kind, text, broken=True):
        self.found.append({"node": node, "class": kind, "broken": broken, "text": text})

    @property
    def broken(self):
        return sorted({f["node"] for f in self.found if f["broken"]})


def shown(value):
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."


def meant(word, words):
    near = difflib.get_close_matches(str(word), [str(w) for w in words], 1)
    return f"; did you mean '{near[0]}'?" if near else ""


def unknown(report, node, kind, nodes):
    report.add(node, kind, f"there is no node '{kind}'{meant(kind, nodes)}")


def list_text(options):
    if len(options) > MANY:
        return f"one of {len(options)}"
    return ", ".join(shown(o) for o in options)


def wrong_value(spec, value):
    """What is wrong with a widget's value, or None."""
    kind = spec["type"]
    if isinstance(value, dict) and "__value__" in value:
        value = value["__value__"]
    if kind == "COMBO":
        options = spec.get("options") or []
        if not options or spec.get("files") or spec.get("remote") or spec.get("multiselect") or spec.get("image_upload"):
            return None
        if value in options:
            return None
        return f"{shown(value)} is none of its values: {list_text(options)}{meant(value, options)}"
    if kind in ("INT", "FLOAT"):
        try:
            number = int(value) if kind == "INT" else float(value)
        except (TypeError, ValueError, OverflowError):
            return f"{shown(value)} is no {'whole number' if kind == 'INT' else 'number'}"
        for bound, out in (("min", lambda n, b: n < b), ("max", lambda n, b: n > b)):
            limit = spec.get(bound)
            if isinstance(limit, (int, float)) and not isinstance(limit, bool) and out(number, limit):
                return f"{shown(value)} is {'less than' if bound == 'min' else 'more than'} {limit}"
        return None
    if kind == "BOOLEAN" and not isinstance(value, (bool, int)):
        return f"{shown(value)} is neither true nor false"
    if kind == "STRING" and isinstance(value, (dict, list)):
        return f"{shown(value)} is no text"
    return None


def fits(given, wanted):
    """Can an output of that type be connected? As ComfyUI decides: types are lists with commas, * is any."""
    if "*" in (given, wanted):
        return True
    # A list is offered by anything that makes text.
    if "COMBO" in (given, wanted):
        return True
    return bool({t.strip() for t in given.split(",")} & {t.strip() for t in wanted.split(",")})


def all_inputs(info):
    return {**info["inputs"].get("required", {}), **info["inputs"].get("optional", {})}


# ---- prompts ----

def check_link(report, node, kind, name, spec, link, prompt, nodes):
    source, slot = link
    origin = prompt.get(str(source))
    if not isinstance(origin, dict):
        report.add(node, kind, f"input '{name}' comes from node {source}, which is not there")
        return
    info = nodes.get(origin.get("class_type"))
    if not info:
        return  # told of itself
    if not isinstance(slot, int) or not 0 <= slot < len(info["outputs"]):
        report.add(node, kind, f"input '{name}' comes from output {shown(slot)} of node {source}, which has {len(info['outputs'])}")
        return
    given = info["outputs"][slot]["type"]
    if not fits(given, spec["type"]):
        report.add(node, kind, f"input '{name}' takes {spec['type']}, but node {source} gives {given}")


def check_prompt_node(report, node, said, prompt, nodes):
    kind = said.get("class_type")
    if not isinstance(kind, str):
        report.add(node, "", "it has no class_type")
        return
    info = nodes.get(kind)
    if not info:
        unknown(report, node, kind, nodes)
        return
    inputs, takes = said.get("inputs"), all_inputs(info)
    if not isinstance(inputs, dict):
        report.add(node, kind, "it has no inputs")
        return
    for name in info["inputs"].get("required", {}):
        if name not in inputs:
            report.add(node, kind, f"input '{name}' is missing")
    for name, value in inputs.items():
        spec = takes.get(name)
        if spec is None:
            report.add(node, kind, f"it has no input '{name}'{meant(name, takes)}", broken=False)
        elif isinstance(value, list):
            if len(value) == 2 and isinstance(value[0], (str, int)):
                check_link(report, node, kind, name, spec, value, prompt, nodes)
            else:
                report.add(node, kind, f"input '{name}' is {shown(value)}, which is neither a value nor [node, output]")
        elif spec["type"] in WIDGETS:
            wrong = wrong_value(spec, value)
            if wrong:
                report.add(node, kind, f"input '{name}': {wrong}")


def check_prompt(report, prompt, nodes):
    for node, said in prompt.items():
        report.seen += 1
        if isinstance(said, dict):
            check_prompt_node(report, node, said, prompt, nodes)
        else:
            report.add(node, "", "it is no node")
    if not any(nodes.get(said.get("class_type"), {}).get("output_node", True) for said in prompt.values() if isinstance(said, dict)):
        report.add("", "", "no node of it has a result that is kept: nothing would be run")


# ---- graphs ----

class Graph:
    """The nodes and links of one graph; a subgraph has another form of links, and a name."""

    def __init__(self, said, where=""):
        self.where = where
        self.nodes = [n for n in said.get("nodes") or [] if isinstance(n, dict)]
        self.by_id = {str(n.get("id")): n for n in self.nodes}
        self.links = {}
        for link in said.get("links") or []:
            if isinstance(link, list) and len(link) >= 5:
                self.links[link[0]] = (link[1], link[2])
            elif isinstance(link, dict):
                self.links[link.get("id")] = (link.get("origin_id"), link.get("origin_slot"))


def has_widget(spec):
    return spec["type"] in WIDGETS and not spec.get("forceInput")


def is_socket(spec, made):
    """Must it be connected? What no node makes has a widget of the page's."""
    return not has_widget(spec) and bool({t.strip() for t in spec["type"].split(",")} & made)


def check_widgets(report, label, kind, said, info):
    values, takes = said.get("widgets_values"), all_inputs(info)
    if isinstance(values, dict):
        pairs = [(n, v) for n, v in values.items() if n in takes and has_widget(takes[n])]
    elif isinstance(values, list):
        pairs = list(in_order(info, takes, values))
    else:
        pairs = []
    linked = {i.get("name") for i in said.get("inputs") or [] if isinstance(i, dict) and i.get("link") is not None}
    for name, value in pairs:
        wrong = wrong_value(takes[name], value) if name not in linked and value is not None else None
        if wrong:
            report.add(label, kind, f"'{name}': {wrong}")


def in_order(info, takes, values):
    """A list of values has no names: they stand in the order of the inputs that have widgets."""
    at = 0
    for name in info["order"]:
        spec = takes.get(name)
        if spec is None:
            continue
        if not has_widget(spec):
            # A type of its own may have a widget of its own; behind one nothing can be told apart.
            if spec["type"] in ("LOAD_3D", "WEBCAM", "AUDIO_RECORD", "LOAD3D_CAMERA"):
                return
            continue
        if at >= len(values):
            return
        yield name, values[at]
        at += 1
        control = spec.get("control_after_generate") or name in ("seed", "noise_seed")
        if control and at < len(values) and values[at] in CONTROLS:
            at += 1
        if spec.get("image_upload") and at < len(values) and values[at] in UPLOADS:
            at += 1


def check_inputs(report, label, kind, said, info, graph, nodes, made):
    given = {i.get("name"): i for i in said.get("inputs") or [] if isinstance(i, dict)}
    takes = all_inputs(info)
    for name, spec in info["inputs"].get("required", {}).items():
        connected = given.get(name, {}).get("link") is not None
        if is_socket(spec, made) and "widget" not in given.get(name, {}) and not connected and said.get("mode", 0) not in (MUTED, BYPASSED):
            report.add(label, kind, f"input '{name}' is not connected")
    for name, sock in given.items():
        link = sock.get("link")
        if link is None:
            continue
        if link not in graph.links:
            report.add(label, kind, f"input '{name}' has link {shown(link)}, which is not there")
            continue
        origin, slot = graph.links[link]
        if name not in takes:
            report.add(label, kind, f"it has no input '{name}'{meant(name, takes)}, which is connected", broken=False)
            continue
        source = graph.by_id.get(str(origin))
        if source is None:
            if not (isinstance(origin, int) and origin < 0):  # the subgraph's own inputs
                report.add(label, kind, f"input '{name}' comes from node {shown(origin)}, which is not there")
            continue
        maker = nodes.get(source.get("type"))
        if not maker or source.get("mode", 0) in (MUTED, BYPASSED):
            continue
        if not isinstance(slot, int) or not 0 <= slot < len(maker["outputs"]):
            report.add(label, kind, f"input '{name}' comes from output {shown(slot)} of node {origin}, which has {len(maker['outputs'])}")
        elif not fits(maker["outputs"][slot]["type"], takes[name]["type"]):
            report.add(label, kind, f"input '{name}' takes {takes[name]['type']}, but node {origin} gives {maker['outputs'][slot]['type']}")


def check_graph(report, graph, own, nodes):
    made = {t.strip() for n in nodes.values() for o in n["outputs"] for t in o["type"].split(",")} | {"*"}
    for said in graph.nodes:
        kind = said.get("type")
        label = f"{graph.where}{said.get('id')}"
        report.seen += 1
        if not isinstance(kind, str):
            report.add(label, "", "it has no type")
        elif kind in PAGE_NODES or kind in own:
            continue
        elif kind not in nodes:
            unknown(report, label, kind, nodes)
        else:
            check_inputs(report, label, kind, said, nodes[kind], graph, nodes, made)
            if said.get("mode", 0) not in (MUTED, BYPASSED):
                check_widgets(report, label, kind, said, nodes[kind])


def check_page(report, said, nodes):
    subgraphs = [s for s in (said.get("definitions") or {}).get("subgraphs") or [] if isinstance(s, dict)]
    groups = (said.get("extra") or {}).get("groupNodes") or {}
    own = {s.get("id") for s in subgraphs} | {f"workflow{c}{name}" for name in groups for c in "/>"}
    check_graph(report, Graph(said), own, nodes)
    for s in subgraphs:
        check_graph(report, Graph(s, f"{s.get('name') or s.get('id')}:"), own, nodes)


def check_workflow(name, nodes):
    said = load_json(pathlib.Path(name))
    report = Report()
    if isinstance(said, dict) and isinstance(said.get("prompt"), dict):
        said = said["prompt"]
    if isinstance(said, dict) and isinstance(said.get("nodes"), list):
        check_page(report, said, nodes)
    elif isinstance(said, dict) and said and any(isinstance(n, dict) and "class_type" in n for n in said.values()):
        check_prompt(report, said, nodes)
    else:
        raise Trouble(f"'{name}' is no workflow", "it is a graph as ComfyUI's page saves it, or a prompt as 'Export (API)' does")
    return report


# ---- telling ----

def tell(name, report):
    for f in report.found:
        of = f" ({f['class']})" if f["class"] else ""
        where = f"node {f['node']}{of}: " if f["node"] else ""
        print(f"{name}: {'' if f['broken'] else 'warning: '}{where}{f['text']}")
    n = len(report.broken)
    print(f"{name}: {report.seen} node{'s' if report.seen != 1 else ''}, {n or 'none'} broken")


def arguments():
    parser = argparse.ArgumentParser(
        prog="comfyui-workflow-check", allow_abbrev=False,
        description="Tell which nodes of workflows are not there, or do not take what they are given.",
        epilog="Exits with 1 when a node is broken, with 2 when a file cannot be read.")
    parser.add_argument("file", nargs="+", metavar="FILE", help="a graph that the page saved, or a prompt of the API; - is standard input")
    parser.add_argument("--nodes", action="append", default=[], metavar="FACTS",
                        help="what nodes there are: results of checks, facts.json, or what /object_info answered")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args()


def main():
    given = arguments()
    nodes, status, told = {}, 0, []
    try:
        for name in given.nodes:
            nodes.update(read_nodes(name))
        if not given.nodes:
            work = os.environ.get("COMFYUI_WORK_DIR") or os.path.expanduser("~/comfyui-work")
            nodes = ask_comfyui(pathlib.Path(work))
    except Trouble as trouble:
        return say(trouble)
    for name in given.file:
        try:
            report = check_workflow(name, nodes)
        except Trouble as trouble:
            status = say(trouble)
            continue
        told.append({"file": name, "nodes": report.seen, "broken": report.broken, "findings": report.found})
        if not given.json:
            tell(name, report)
        if report.broken or any(f["broken"] for f in report.found):
            status = max(status, 1)
    if given.json:
        print(json.dumps(told, indent=1, ensure_ascii=False))
    return status


def say(trouble):
    sys.stdout.flush()
    print(f"error: {trouble}" + (f"\nhint: {trouble.cure}" if trouble.cure else ""), file=sys.stderr)
    return 2


sys.exit(main())
