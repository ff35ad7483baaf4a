# Types into a real bash, zsh or fish on a terminal of its own, presses the tab key, and prints what the line then is.
#
#	completion.py SHELL FILE-OF-ITS-COMPLETION LINE…
import os
import pty
import re
import select
import sys
import tempfile
import time

SHOW = {
    "bash": """bind 'set enable-bracketed-paste off'; bind 'set bell-style none'; bind 'set page-completions off'
bind 'set completion-query-items 0'; PS1='ready> '; source {file}; bind -x '"\\C-g": printf "<<%s>>\\n" "$READLINE_LINE"'
""",
    "zsh": """PS1='ready> '; unsetopt zle_bracketed_paste prompt_sp list_ambiguous; fpath=({folder} $fpath)
autoload -Uz compinit && compinit -u -D; unset zle_bracketed_paste
show() {{ print -r -- "<<$BUFFER>>" }}; zle -N show; bindkey '^G' show; bindkey '^I' complete-word
""",
    "fish": """set -g fish_greeting; set -g fish_autosuggestion_enabled 0
source {file}; bind \\cg 'echo "<<"(commandline)">>"'
function fish_prompt; echo -n 'ready> '; end
""",
}
START = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "-i"],
}
TIMEOUT = 20


class Terminal:
    def __init__(self, command):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="dumb" if command[0] != "fish" else "xterm", LC_ALL="C.UTF-8", COLUMNS="200")
            os.execvp(command[0], command)
        self.seen = ""

    def read(self, seconds):
        if not select.select([self.fd], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return False
        text = data.decode("utf-8", "replace")
        # What a terminal is asked for, it says: fish waits for it.
        if "\x1b[c" in text:
            os.write(self.fd, b"\x1b[?62c")
        if "\x1b[6n" in text:
            os.write(self.fd, b"\x1b[1;1R")
        self.seen += text
        return bool(data)

    def until(self, pattern):
        end = time.monotonic() + TIMEOUT
        while time.monotonic() < end:
            found = re.search(pattern, self.seen, re.S)
            if found:
                self.seen = self.seen[found.end():]
                return found
            self.read(0.2)
        return None

    def quiet(self, seconds):
        while self.read(seconds):
            pass

    def type(self, text):
        os.write(self.fd, text.encode())


def main():
    shell, file, *lines = sys.argv[1:]
    with tempfile.NamedTemporaryFile("w", suffix="." + shell) as setup:
        setup.write(SHOW[shell].format(file=file, folder=os.path.dirname(file)))
        setup.flush()
        terminal = Terminal(START[shell])
        # However slow the machine is: each waits for what it typed before.
        terminal.quiet(1.0)
        terminal.type(f"source {setup.name}\r")
        terminal.until("ready> ")
        for line in lines:
            terminal.type("\x15" + line + "\t\x07")
            found = terminal.until(r"<<([^<>\r\n]*)>>")
            print(found[1] if found else f"nothing came: {terminal.seen!r}", flush=True)
    os.kill(terminal.pid, 9)
    os.waitpid(terminal.pid, 0)


main()
