#!/bin/sh
# An environment of real packages: what kiln install makes of the set's is seen by python, by programs of
# its modules, by venvs of `python -m venv` and of uv, without PYTHONPATH; torch fills its slot there; builds
# of a manifest have no network and none of what git does not track; the bits are the same elsewhere.
# shellcheck disable=SC2016 # the inner shell's words
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/lib-full.sh
. "$(dirname "$0")/../lib-full.sh"
plan 26
KILN_STORE=$FULL
export KILN_STORE GIT_CONFIG_NOSYSTEM=1
git_() { git -c user.name=a -c user.email=a@b "$@"; }
mkdir -p "$T/env" && cd "$T/env" || exit 1
git init -q .
kiln init >"$T/out" 2>&1 || cat "$T/out"
quiet() { "$@" >"$T/out" 2>"$T/err"; }
ok "packages of the set" quiet kiln install jq python313Packages.numpy python313Packages.pillow python3Packages.uv
profile=$(readlink .flox/run/current/profile)
in_env() { kiln run --slot torch=none "$profile" -- "$@"; }
is "python sees them" "$(in_env python -c 'import numpy, PIL, sys; print(sys.prefix == numpy.__file__.split("/lib/")[0], PIL.__file__.startswith(sys.prefix))' 2>&1)" "True True"
is "without a path of its own" "$(in_env python -c 'import os, sys; print("PYTHONPATH" in os.environ, len([p for p in sys.path if "site-packages" in p]))')" "False 1"
is "programs of modules start it" "$(in_env sh -c 'head -1 "$1/bin/f2py"' sh "$profile")" "#!$profile/bin/python3.13"
like "and run" "$(in_env f2py -v)" '^[0-9]+\.[0-9]+'
is "others are there, too" "$(in_env sh -c 'echo "{\"a\": 1}" | jq .a')" 1
ok "python -m venv" in_env python -m venv --system-site-packages "$T/venv"
is "sees them" "$(in_env "$T/venv/bin/python" -c 'import numpy, sys; print(numpy.__file__.split("/lib/")[0], sys.prefix)')" "$profile $T/venv"
ok "uv venv" in_env uv venv -q --offline --system-site-packages --python "$profile/bin/python3" "$T/uv"
is "sees them, too" "$(in_env "$T/uv/bin/python" -c 'import PIL; print(PIL.__file__.split("/lib/")[0])')" "$profile"
is "uv knows the distributions" "$(in_env uv pip list --offline --system --python "$profile/bin/python3" 2>/dev/null | awk '$1 == "numpy" || $1 == "pillow" { print $1 }' | paste -sd ' ')" "numpy pillow"
like "pip of a venv, too" "$(in_env "$T/venv/bin/pip" list 2>/dev/null)" "^numpy "

# ---- a venv in the cache ----
ok "a venv of the environment's own" in_env uv venv -q --offline --system-site-packages --python "$profile/bin/python3" .flox/cache/venv
quiet kiln install python313Packages.idna
later=$(readlink .flox/run/current/profile)
is "sees what is installed later" "$(kiln run --slot torch=none "$later" -- .flox/cache/venv/bin/python -c 'import idna; print(idna.__file__.split("/lib/")[0])')" "$later"

# ---- slots ----
like "torch is a slot" "$(kiln install python313Packages.torch 2>&1)" "'torch' is a slot"
profile=$(readlink .flox/run/current/profile)
is "which the environment asks for" "$(cat "$FULL$profile/nix-support/kiln-slots")" torch
like "empty, it is told" "$(kiln run "$profile" -- true 2>&1)" "slot 'torch' is empty"
is "filled, it is there once" "$(kiln run --slot torch=cpu "$profile" -- python -c 'import torch, numpy; print(torch.from_numpy(numpy.ones(3)).sum().item())' 2>&1 | tail -1)" 3.0

# ---- the same elsewhere ----
mkdir -p "$T/other env"
cp -r .flox "$T/other env/.flox" && rm -rf "$T/other env/.flox/run"
is "another folder's profile is the same path" "$(kiln install -d "$T/other env" --json jq 2>/dev/null | sed 's/.*"profile": "\([^"]*\)".*/\1/')" "$profile"
serve_sources 0
ok "and the same bits, built from sources in a store of its own" sh -c 'KILN_STORE=$1; export KILN_STORE; cd "$2" && "$3" install jq >"$4" 2>&1' sh "$T/second" "$T/other env" "$KILN_BUILD/kiln" "$T/out"
is "by their hash" "$(KILN_STORE="$T/second" kiln store -q --hash "$profile")" "$(kiln store -q --hash "$profile")"
stop_serving

# ---- builds ----
cat >>.flox/env/manifest.toml <<'TOML'

[build.tool]
sandbox = "pure"
version = "1"
runtime-packages = ["jq"]
command = '''
mkdir -p $out/bin
printf '#!/bin/sh\njq --version\n' >$out/bin/tool
chmod +x $out/bin/tool
{ ls; (exec 3<>/dev/tcp/127.0.0.1/PORT) 2>&1 && echo network; python -c 'import numpy; print("numpy")'; } >$out/seen || :
'''
TOML
echo tracked >tracked
echo untracked >untracked
git_ add tracked .flox/env && git_ commit -qm all
python3 -c 'import socket, sys, time; s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(); print(s.getsockname()[1], flush=True); time.sleep(60)' >"$T/port2" &
server=$!
while [ ! -s "$T/port2" ]; do sleep 0.1; done
sed -i "s/PORT/$(cat "$T/port2")/" .flox/env/manifest.toml
ok "a pure build" quiet kiln build tool
kill $server
seen=$(cat "$FULL$(readlink result-tool)/seen")
is "sees what is tracked" "$(printf '%s\n' "$seen" | head -1)" tracked
ok "has no network" sh -c '! printf "%s\n" "$1" | grep -q "^network$"' sh "$seen"
like "and the environment's packages" "$seen" "^numpy$"
like "its program finds those of its runtime" "$(kiln run ./result-tool 2>&1)" "^jq-1"
