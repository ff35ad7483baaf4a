# SPDX-License-Identifier: MIT
"""Graphs of trivial builds for the benchmarks, in stores of their own: a builder that needs nothing but
itself, derivations of trivial.nix, and a shell for kiln's sandbox, so that nothing is fetched."""
import os
import shutil
import subprocess

from peers import BUILD, Failed

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = r"""
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

int main(void)
{
	int fd = open(getenv("out"), O_WRONLY | O_CREAT | O_EXCL, 0644);

	return fd < 0 || write(fd, "x\n", 2) != 2;
}
"""


def no_outside_settings():
    """Forgets what the caller's environment says of stores and settings."""
    for name in list(os.environ):
        if name.startswith(("NIX_", "KILN_")) and name != "NIX_SSL_CERT_FILE":
            del os.environ[name]


def own_folders(folder):
    """An environment in which nothing outside the folder is read or written as a setting or a cache."""
    os.makedirs(folder + "/home", exist_ok=True)
    env = {"HOME": folder + "/home", "NIX_CONF_DIR": folder + "/nix-conf", "LC_ALL": "C", "TZ": "UTC"}
    for name in ("CACHE", "CONFIG", "DATA", "STATE"):
        env[f"XDG_{name}_HOME"] = f"{folder}/{name.lower()}"
    return env


def own_store(folder):
    """The environment of a store that is where its paths say."""
    return {"NIX_STORE_DIR": folder + "/store", "NIX_STATE_DIR": folder + "/var", "NIX_LOG_DIR": folder + "/log"}


def builder():
    """The static program that writes one line to $out; compiled once."""
    path = os.path.join(BUILD, "bench", "builder")
    if not os.path.exists(path):
        made = subprocess.run(["cc", "-O2", "-static", "-s", "-x", "c", "-", "-o", path], input=SOURCE, text=True)
        if made.returncode:
            raise Failed("bench: no static program can be compiled here")
    return path


def clear(folder):
    """Removes a folder in which files of a store may be."""
    if os.path.exists(folder):
        subprocess.run(["chmod", "-R", "u+w", folder], check=True)
        shutil.rmtree(folder)


def said(argv, env, stdin=None):
    """What a command prints; it must succeed."""
    done = subprocess.run(argv, env={**os.environ, **env}, input=stdin, capture_output=True, text=True)
    if done.returncode:
        raise Failed(f"bench: {' '.join(argv)[:200]}:\n{done.stderr[-2000:]}")
    return done.stdout


def instantiate(tools, env, count, shape):
    """Writes the graph's derivations into the store of env. tools: the folder of nix-store and
    nix-instantiate, or None for those on PATH. The .drv paths that are asked for."""
    tool = (tools + "/" if tools else "") + "nix-"
    program = said([tool + "store", "--add", builder()], env).strip()
    drvs = said([tool + "instantiate", HERE + "/trivial.nix", "--argstr", "builder", program,
                 "--arg", "count", str(count), "--argstr", "shape", shape], env).split()
    return drvs[-50:] if shape == "web" else drvs


def add_shell(build, data, env):
    """Registers a shell where kiln's sandbox looks for its own, which else would be fetched. data: the
    folder of the package set that kiln evaluates."""
    path = said([build + "/compat/nix-instantiate", "--eval", data + "/pkgs", "-A", "busyboxStatic.outPath"], env)
    path = path.strip().strip('"')
    os.makedirs(path + "/bin")
    shutil.copy(builder(), path + "/bin/busybox")
    said([build + "/compat/nix-store", "--register-validity"], env, f"{path}\n\n0\n")
