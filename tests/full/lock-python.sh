#!/bin/sh
# kiln lock python with uv itself, which kiln brings from the configured index: projects of the world over the
# real set; then the functional test, whose stand-in for uv must not be more than it.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
plan 18
KILN_DATA_DIR=$top
export KILN_DATA_DIR
mkdir -p "$T/p/.flox/pkgs" && cd "$T/p" || exit 1
lock=.flox/python.lock

printf 'numpy<2.4\npyfiglet==1.0.2\nhttpx[brotli,http2]\ntransformers\ntorch\n' >requirements.txt
echo '{ python3 }: python3.withPackages (ps: [ ps.numpy ps.pyfiglet ps.imageio ps.httpx ] ++ ps.httpx.optional-dependencies.http2)' >.flox/pkgs/e.nix
before=$(date +%s)
ok "a lock over the set's" kiln lock python
echo "# $(($(date +%s) - before)) s"
uv=$(find "$XDG_CACHE_HOME/kiln/uv" -name uv -type f -perm -100)
ok "uv is in kiln's cache" test -x "$uv"
is "nothing but what differs" "$(python3 -c "import json; print(*json.load(open('$lock'))['projects'])")" "numpy pyfiglet"
is "for both systems" "$(grep -c '"numpy-2.3.*_\(x86_64\|aarch64\).whl"' $lock)" 2
is "no address" "$(grep -c '://' $lock)" 0
ok "it fits" kiln lock python --check
cp $lock "$T/first"
ok "again" kiln lock python
ok "it is the same" cmp $lock "$T/first"
ok "one moves" kiln lock python --upgrade pyfiglet -r requirements.txt
fails_like "what fits nothing" "^error: no versions fit what r.txt wants" sh -c "echo 'transformers==4.40.0' >r.txt; echo 'tokenizers>=0.22' >>r.txt; '$KILN_BUILD/kiln' lock python -r r.txt"
cp "$T/first" $lock
ok "an environment builds" kiln build e
like "of the project's versions" "$(kiln run e python3 -c 'import numpy, pyfiglet, httpx, h2, imageio; print(numpy.__version__)' 2>&1)" "^2\\.3\\."
is "the files that the lock read are those of the build" "$(kiln store -q --requisites "$(kiln store -q --deriver ./result-e)" 2>/dev/null | grep -c 'pyfiglet.*whl.drv')" 1
# The set's own: whatever kiln makes of it is what is there.
cp -r "$top/pkgs/python" "$T/set" && chmod -R u+w "$T/set"
ok "the set's own lock" kiln lock python --of-set "$T/set"
ok "is what it was" sh -c "cd '$T/set' && for f in lock about metadata; do cmp \$f.json '$top/pkgs/python/'\$f.json || exit 1; done"
sed -i '/"tqdm"/d' "$T/set/about.json"
ok "what is told of a package, if it is not there" kiln lock python --of-set "$T/set"
ok "is read again" cmp "$T/set/about.json" "$top/pkgs/python/about.json"
if KILN_REAL_UV=$(dirname "$uv") sh "$top/tests/functional/lock-python.sh" >"$T/functional" 2>&1; then
	pass "the functional test with uv itself"
else
	fail "the functional test with uv itself" "$(grep -v '^ok' "$T/functional" | head -n 30)"
fi
