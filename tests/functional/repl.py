"""Drives `kiln repl` on a terminal of its own: types, waits for what should appear, says what did
not. Arguments: the program, and a file to complete. One TAP-like word a line: `ok NAME` or
`not ok NAME`."""
import os
import pty
import re
import select
import signal
import sys
import time

PATIENCE = 20
program, loaded = sys.argv[1:]
# A shell that runs all of this behind itself has it ignored, and so would kiln.
signal.signal(signal.SIGINT, signal.SIG_DFL)
pid, fd = pty.fork()
if pid == 0:
    os.environ.update(TERM="xterm", NO_COLOR="1")
    # libedit never frees the name of a function that is added to it.
    os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
    os.execv(program, ["kiln", "repl"])

seen = ""


def read(timeout):
    """What comes within the time, or None."""
    if not select.select([fd], [], [], timeout)[0]:
        return None
    try:
        return os.read(fd, 65536).decode(errors="replace")
    except OSError:
        return ""


def wait(pattern):
    """Reads until the pattern shows; what was before it is taken off."""
    global seen
    end = time.monotonic() + PATIENCE
    while True:
        # Inserted text comes behind a move to its column.
        plain = re.sub(r"(\r?\x1b\[[0-9]+G)|\x1b\[[0-9;]*[A-Za-z]", "", seen)
        found = re.search(pattern, plain)
        if found:
            seen = plain[found.end() :]
            return True
        more = read(max(0, end - time.monotonic()))
        if not more:
            return False
        seen += more


def check(name, typed, *patterns):
    os.write(fd, typed.encode())
    for pattern in patterns:
        if not wait(pattern):
            print("not ok", name, "-", repr(pattern), "not in", repr(seen))
            return
    print("ok", name)


prompt = "kiln-repl> "
check("prompt", "", "Type :\\? for help", prompt)
check("a value", "1 + 1\n", "\n2\r\n", prompt)
check("more lines have a prompt of their own", "{ a =\n", "\n +> ")
check("and end", "1; }\n", r"\{ a = 1; \}", prompt)
check("a builtin is completed", "builtins.getFl\t", "getFlake")
check("^C clears the line", " 1\x03", prompt)
check("nothing is left of it", "2\n", "\n2\r\n", prompt)
check("a variable", "apple = { core = { seed = 5; }; cork = 6; }\n", prompt)
check("is completed", "appl\t\n", "apple", "core = ", prompt)
check("so are attributes", "apple.core.s\t\n", "seed", "\n5\r\n", prompt)
check("where there are several they are shown", "apple.cor\t", "apple.core +apple.cork", "apple.cor")
check("and what is typed decides", "k\n", "\n6\r\n", prompt)
check("a command", ":trace-e\t\n", "trace-enable", "showing error traces", prompt)
check("a file's name", f":l {loaded[:-6]}\t\n", "Added 1 variable", "from_file", prompt)
check("an error", "throw \"no\"\n", "error: no", prompt)
endless = "let g = n: builtins.foldl' (a: b: a + b) 0 (builtins.genList (x: x) 1000); in "
endless += "builtins.foldl' (a: b: g b) 0 (builtins.genList (x: x) 100000)"
check("an endless evaluation", "builtins.trace \"begun\" (" + endless + ")\n", "\ntrace: begun")
before = time.monotonic()
check("is interrupted", "\x03", "interrupted by the user", prompt)
print("ok" if time.monotonic() - before < 1 else "not ok", "at once")
check("and the session goes on", "from_file\n", "\n7\r\n", prompt)
check("^C ends a line that wants more", "(1 +\n", "\n +> ")
check("without a trace", "\x03", prompt)
check("as if it had not been", "3\n", "\n3\r\n", prompt)
check("text beyond ASCII", "\"\u00e9\" + \"\u00fc\"\n", "\n\"\u00e9\u00fc\"", prompt)
check("the line before", "\x10\x10\n", "\n3\r\n", prompt)
# A ^D that comes between the prompt and the terminal's change of mode is lost.
for attempt in range(PATIENCE):
    os.write(fd, b"\x04")
    while (more := read(1)) is not None and more:
        pass
    done, status = os.waitpid(pid, os.WNOHANG)
    if done or more == "":
        break
if not done and more == "":
    done, status = os.waitpid(pid, 0)
print("ok" if done and status == 0 else f"not ok (status {status})", "^D ends")
if not done:
    os.kill(pid, signal.SIGKILL)
