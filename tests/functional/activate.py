"""Drives shells that `kiln activate` starts, and shells that evaluate its text, on terminals of
their own: types, waits for what should appear, says what did not. Arguments: the program, the
shell, and how: `own` (a shell that is become) or `in-place`. One TAP-like word a line: `ok NAME` or
`not ok NAME`."""
import os
import pty
import re
import select
import signal
import sys
import time

PATIENCE = 15
kiln, shell, how = sys.argv[1:]
# A shell that runs all of this behind itself has it ignored, and so would what is started.
signal.signal(signal.SIGINT, signal.SIG_DFL)
name = os.path.basename(shell)
pid, fd = pty.fork()
if pid == 0:
    os.environ.update(TERM="dumb", NO_COLOR="1", SHELL=shell)
    if how == "own":
        os.execv(kiln, ["kiln", "activate", "-d", "a"])
    os.execv(shell, [name, "-i"])

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
        found = re.search(pattern, seen)
        if found:
            seen = seen[found.end():]
            return True
        if time.monotonic() > end:
            return False
        more = read(0.2)
        if more == "":
            return bool(re.search(pattern, seen))
        seen += more or ""


def check(what, pattern):
    if wait(pattern):
        print("ok", what, flush=True)
    else:
        print("not ok", what, "| wanted", repr(pattern), "| seen", repr(seen[-800:]), flush=True)


def type_line(line):
    os.write(fd, line.encode() + b"\n")


def says(what, line, pattern):
    """The echo of what is typed is no answer: answers stand between << and >>."""
    type_line(line)
    check(what, "<<" + pattern + ">>")


# Between the two is what the shell has to put together, so that the echo does not match.
show = {
    "bash": 'echo "<""<{}>"">"',
    "zsh": 'echo "<""<{}>"">"',
    "fish": 'echo "<""<{}>"">"',
    "tcsh": 'echo "<""<{}>"">"',
}[name]
evaluate = {
    "bash": 'eval "$(KILN activate -d DIR)"',
    "zsh": 'eval "$(KILN activate -d DIR)"',
    "fish": "KILN activate -d DIR | source",
    "tcsh": 'eval "`KILN activate -d DIR`"',
}[name].replace("KILN", kiln)

if how == "own":
    check("the prompt names the environment", r"kiln \[a\]")
else:
    check("the shell's own prompt", "READY")
    type_line(evaluate.replace("DIR", "a"))
    check("the prompt names the environment", r"kiln \[a\]")
says("variables, after the shell's own start files", show.format("$GREETING"), "hello world")
says("the hook's", show.format("$FROM_HOOK"), "hello world!")
says("the profile's", show.format("$FROM_PROFILE"), name)
type_line("tool-a")
check("its programs", "tool of a")
type_line("greet")
check("its functions and aliases", "greetings")
says("its programs come first", show.format("$PATH"), r"/hook/bin[: ]/nix/store/[^: ]*/bin[: ].*")
type_line(evaluate.replace("DIR", "b"))
check("another one within", r"kiln \[b a\]")
says("has its own variables", show.format("$GREETING"), "of b")
type_line("kiln deactivate")
check("is left first", r"kiln \[a\]")
says("and leaves those of the outer one", show.format("$GREETING"), "hello world")
type_line("sh -c 'exit 0' && echo nested-$GREETING || true" if name != "tcsh" else "echo nested-$GREETING:q")
check("programs in it have them", "nested-hello world")
type_line("kiln deactivate")


def ended():
    """Whether the shell goes; one that does not is made to."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        read(0.2)
        if os.waitpid(pid, os.WNOHANG)[0]:
            return True
    os.kill(pid, signal.SIGKILL)
    return False


if how == "own":
    print("ok" if ended() else "not ok", "leaving ends the shell", flush=True)
else:
    check("the prompt is as it was", r"(?<!\] )READY")
    says("variables have their values again", show.format("$GREETING"), "rc")
    says("and the folders", show.format("$PATH"), r"(?:(?!-environment).)*")
    type_line("exit")
    ended()
