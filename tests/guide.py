# SPDX-License-Identifier: MIT
"""guide.py run PAGE… | look PAGE…: does what the guide's pages show, and compares.

A page has blocks of three kinds, told by the word behind the fence:

  console   lines with "$ " are commands, what stands below one is what it prints: "…" stands for anything in
            a line, or alone for any lines; where nothing stands, anything may come. A command that shows a line with "error:" must fail,
            others must not.
  NAME file=PATH   a file that the reader writes, from the folder where the commands are by then.
  others    are not run.

Behind console may stand status=N, where a command says something by it; why a block is not run here: gpu, github, sudo, or elsewhere, when another test does;
or serve, for a command that does not end by itself: it runs until the page ends. `look` runs nothing, and proves
of every command that kiln has its verb and options; of every message below a heading of the troubleshooting page, that it is
a golden one, or that the command that makes it is on the page. Speaks TAP.
"""
import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parent.parent
KILN = os.environ["KILN_BUILD"] + "/kiln"
NOT_HERE = {"gpu", "github", "sudo", "elsewhere"}
LIMIT_S = int(os.environ.get("GUIDE_LIMIT_S", "600"))
MARK = "kiln-guide-end"


class Block:
    def __init__(self, page, line, info, text):
        self.page, self.line, self.text = page, line, text
        words = info.split()
        self.kind = words[0] if words else ""
        self.marks = set(w for w in words[1:] if "=" not in w)
        self.status = next((int(w[7:]) for w in words[1:] if w.startswith("status=")), None)
        self.file = next((w[5:] for w in words[1:] if w.startswith("file=")), None)

    def commands(self):
        """(command, lines that it shows)"""
        found, continued = [], False
        for line in self.text:
            if continued:
                found[-1][0] += "\n" + line
            elif line.startswith("$ "):
                found.append([line[2:], []])
            elif found:
                found[-1][1].append(line)
            else:
                raise SystemExit(f"{self.page}: line {self.line}: a console block begins with '$ '")
            continued = (continued or line.startswith("$ ")) and line.endswith("\\")
        return found


def blocks_of(page):
    found, inside = [], None
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        fence = re.fullmatch(r"```(.*)", line)
        if fence and inside is None:
            inside = Block(page.name, number, fence[1], [])
        elif fence:
            found.append(inside)
            inside = None
        elif inside is not None:
            inside.text.append(line)
    if inside:
        raise SystemExit(f"{page.name}: line {inside.line}: the block does not end")
    return found


class Tap:
    def __init__(self):
        self.n = self.failed = 0

    def result(self, good, what, *why):
        self.n += 1
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.n} - {what}", flush=True)
        if not good:
            for line in "\n".join(why).splitlines()[-60:]:
                print(f"# {line}", flush=True)


def pattern(line):
    return ".*".join(re.escape(part) for part in line.rstrip().split("…"))


def differs(shown, output):
    """The first line that is shown and did not come. Lines follow each other, but where … stands for any number."""
    if not any(s.strip() for s in shown):
        return None
    # a terminal has one line for these, which is gone in the end
    got = "".join(re.sub(r"\x1b\[[0-9;]*m", "", g).rstrip() + "\n" for g in output.splitlines()
                  if not re.match(r"(started|ended|running): ", g) and g.strip())
    text = ""
    for i, want in enumerate(s for s in shown if s.strip()):
        text += r"(?:.*\n)*?" if want.strip() == "…" else pattern(want) + r"\n"
        if not re.match(text, got):
            return want
    return None if re.fullmatch(text, got) else "nothing more"


def here(text):
    """What a reader's machine has otherwise: a port."""
    port = os.environ.get("GUIDE_PORT")
    return text.replace("8188", port) if port else text


class Shell:
    def __init__(self, folder):
        self.proc = subprocess.Popen(["bash", "--noprofile", "--norc"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=subprocess.STDOUT, cwd=folder, start_new_session=True, bufsize=0)
        self.servers = []

    def run(self, command, seconds=LIMIT_S):
        """What it prints, and its status; None when it takes too long."""
        self.proc.stdin.write(f"{{ {command}\n}} </dev/null\nprintf '\\n%s %s\\n' {MARK} $?\n".encode())
        got, end = b"", time.monotonic() + seconds
        os.set_blocking(self.proc.stdout.fileno(), False)
        while time.monotonic() < end:
            part = self.proc.stdout.read(65536)
            got += part or b""
            done = re.search(rb"\n?\n" + MARK.encode() + rb" (\d+)\n$", got)
            if done:
                return got[:done.start()].decode(errors="replace"), int(done[1])
            if part == b"":
                return got.decode(errors="replace"), -1
            time.sleep(0.02)
        return got.decode(errors="replace"), None

    def serve(self, command, shown):
        """Leaves it running once it has said what is shown."""
        log, _ = self.run("mktemp")
        log = log.strip()
        pid, _ = self.run(f"setsid bash -c {shlex.quote(command)} >{log} 2>&1 & echo $!")
        self.servers.append(int(pid.split()[-1]))
        end = time.monotonic() + min(LIMIT_S, 180)
        while time.monotonic() < end:
            said = pathlib.Path(log).read_text(errors="replace")
            if differs(shown + ["…"], said) is None:
                return said, 0
            if not os.path.exists(f"/proc/{self.servers[-1]}"):
                return said, -1
            time.sleep(0.1)
        return said, None

    def end(self):
        for pid in self.servers:
            try:
                os.killpg(pid, signal.SIGTERM)
            except ProcessLookupError:
                pass
        self.proc.stdin.close()
        try:
            self.proc.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.proc.pid, signal.SIGKILL)
            self.proc.wait()


def run_block(tap, shell, block):
    for command, shown in block.commands():
        command, shown = here(command), [here(s) for s in shown]
        what = f"{block.page}, line {block.line}: {command.splitlines()[0]}"
        output, status = (shell.serve if "serve" in block.marks else shell.run)(command, *([shown] if "serve" in block.marks else []))
        if status is None:
            tap.result(False, what, output, f"it takes longer than {LIMIT_S} s")
            continue
        gone = differs(shown + ["…"] * ("serve" in block.marks), output)
        fails = any(re.match(r"\s*error:|.*: error:", s) for s in shown)
        right = status == block.status if block.status is not None else (status != 0) == fails
        tap.result(gone is None and right, what, output,
                   f"status {status}" + (f", and this is shown and did not come: {gone}" if gone else ""))


def write_file(tap, shell, block):
    folder, _ = shell.run("pwd")
    path = pathlib.Path(folder.strip(), os.path.expanduser(block.file))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(block.text) + "\n", encoding="utf-8")
    tap.result(True, f"{block.page}, line {block.line}: the file {block.file}")


def run(tap, pages):
    for page in pages:
        shell = Shell(os.environ["HOME"])
        for block in blocks_of(page):
            if block.kind == "console" and not block.marks & NOT_HERE:
                run_block(tap, shell, block)
            elif block.file:
                write_file(tap, shell, block)
        shell.end()


# ---- looking ----

def words_of(command):
    """The kiln command lines in a shell command."""
    for part in re.split(r"&&|\|\||[;|\n]|\$\(|\)", command.replace("\\\n", " ")):
        try:
            words = shlex.split(part, comments=True)
        except ValueError:
            words = part.split()
        while words and re.match(r"[A-Z_]+=|sudo$|time$", words[0]):
            words = words[1:]
        if words and re.fullmatch(r"(.*/)?kiln", words[0]):
            yield words[1:words.index("--")] if "--" in words else words[1:]


def help_of(words, seen={}):
    key = " ".join(words)
    if key not in seen:
        done = subprocess.run([KILN, "help", *words], capture_output=True, text=True)
        seen[key] = done.stdout if done.returncode == 0 else None
    return seen[key]


def wrong_words(words):
    """What kiln does not have of it."""
    verbs = [w for w in words if not w.startswith("-")][:2]
    if not verbs:
        return None
    text = help_of(verbs[:1])
    if text is None:
        return f"there is no 'kiln {verbs[0]}'"
    inner = help_of(verbs) if len(verbs) > 1 and "\nverbs:" in text else None
    for word in words:
        option = re.match(r"--[a-z-]+", word)
        if option and option[0] not in ("--help", "--version") and \
                not re.search(rf"(^|[\s,]){re.escape(option[0])}($|[\s,=\[])", (inner or "") + text, re.MULTILINE):
            return f"'kiln {verbs[0]}' has no option {option[0]}"
    return None


def golden_lines():
    lines = []
    for path in sorted((TOP / "tests" / "golden").glob("*.err")):
        lines += path.read_text(encoding="utf-8", errors="replace").splitlines()
    return lines


def expected_somewhere(message):
    """A line of a test that expects it, in words of a regular expression."""
    parts = [p for p in re.split(r"…|'[^']*…[^']*'", message.removeprefix("error: ").removeprefix("comfyui-start: ")) if len(p.strip()) > 5]
    return bool(parts) and any(all(p.strip() in line for p in parts) for line in expectations())


def expectations(seen=[]):
    if not seen:
        for path in sorted((TOP / "tests").glob("f*/*.sh")):
            if path.name != "guide.sh":
                seen += path.read_text(encoding="utf-8").replace("\\", "").splitlines()
    return seen


def look_at_messages(tap, page, blocks):
    """A heading that quotes a message: `error: …`"""
    text = page.read_text(encoding="utf-8")
    shown = [line for b in blocks if b.kind == "console" and not b.marks & NOT_HERE for _, lines in b.commands() for line in lines]
    golden = golden_lines()
    for message in re.findall(r"^#+ `(.*)`$", text, re.MULTILINE):
        found = any(re.search(pattern(message), line) for line in golden + shown) or expected_somewhere(message)
        tap.result(found, f"{page.name}: it is said so: {message}", "no golden message, no command of the page and no test has it")


def look_at_links(tap, page):
    wrong = []
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if not (page.parent / target).exists():
            wrong.append(target)
    tap.result(not wrong, f"{page.name}: what it links to is there", " ".join(wrong))


def look(tap, pages):
    count = {}
    for page in pages:
        blocks = blocks_of(page)
        wrong = []
        for block in blocks:
            strange = block.marks - NOT_HERE - {"serve"}
            if strange:
                wrong.append(f"line {block.line}: no such mark: {' '.join(strange)}")
            for command, _ in block.commands() if block.kind == "console" else []:
                why = next(iter(block.marks & NOT_HERE), "run")
                count[why] = count.get(why, 0) + 1
                wrong += [f"line {block.line}: {w}" for w in map(wrong_words, words_of(command)) if w]
        tap.result(not wrong, f"{page.name}: kiln has what its commands ask for", *wrong)
        look_at_links(tap, page)
        look_at_messages(tap, page, blocks)
    print("# commands: " + ", ".join(f"{n} {why}" for why, n in sorted(count.items())), flush=True)


def main():
    if len(sys.argv) < 3 or sys.argv[1] not in ("run", "look"):
        sys.exit(__doc__)
    tap = Tap()
    (run if sys.argv[1] == "run" else look)(tap, [pathlib.Path(p) for p in sys.argv[2:]])
    print(f"1..{tap.n}")
    sys.exit(1 if tap.failed else 0)


main()
