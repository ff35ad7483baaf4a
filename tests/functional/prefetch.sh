#!/bin/sh
# kiln prefetch: hashes as nix-prefetch-url (real Nix's, where it is) and as the fetchers want them.
# Upstream is update/server.py.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
command -v git >/dev/null || skip_all "no git"
python3 -c 'import zipfile' 2>/dev/null || skip_all "no python3"
command -v openssl >/dev/null || skip_all "no openssl"
plan 36

export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null no_proxy='*' KILN_CONF="$T/kiln.conf"
unset PIP_FIND_LINKS PIP_INDEX_URL PIP_EXTRA_INDEX_URL SSH_AUTH_SOCK NIX_SSL_CERT_FILE SSL_CERT_FILE CURL_CA_BUNDLE
mkdir "$T/up"
python3 "$here/update/world.py" upstream "$T/up" || exit 1
python3 "$here/update/server.py" "$T/up" "$T/port" "$T/log" &
server=$!
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$T/key" -out "$T/cert" -days 2 -subj /CN=127.0.0.1 \
	-addext subjectAltName=IP:127.0.0.1 2>/dev/null || exit 1
python3 "$here/update/server.py" "$T/up" "$T/tls-port" "$T/log" "$T/cert" "$T/key" &
tls_server=$!
trap 'kill $server $tls_server 2>/dev/null; finish' EXIT
while [ ! -s "$T/port" ] || [ ! -s "$T/tls-port" ]; do sleep 0.05; done
read -r port <"$T/port"
read -r tls_port <"$T/tls-port"
echo "mirror.pypi = http://127.0.0.1:$port/simple" >"$KILN_CONF"
url=http://127.0.0.1:$port
cd "$T" || exit 1
prefetch() { kiln prefetch "$@" 2>"$T/err"; }
# make EXPRESSION: what the set makes of it, with the hash that prefetching told.
make() { kiln build --no-link -E "with import $top/pkgs { system = \"x86_64-linux\"; }; $1" 2>&1; }
sri_of() { python3 -c 'import base64, hashlib, sys; print("sha256-" + base64.b64encode(hashlib.sha256(open(sys.argv[1], "rb").read()).digest()).decode())' "$T/up/files/$1"; }

# ---- files ----
wheel=alpha-1.1-py3-none-any.whl
is "a file" "$(prefetch "$url/files/$wheel")" "$(sri_of "$wheel")"
path=$(sed -n "s/^path is '\(.*\)'/\1/p" "$T/err")
ok "lies in the store" cmp "$T/up/files/$wheel" "$KILN_STORE$path"
is "as kiln's nix-prefetch-url has it" "$(prefetch --format base32 "$url/files/$wheel")" "$(compat nix-prefetch-url "$url/files/$wheel" 2>/dev/null)"
is "by another algorithm" "$(prefetch --type sha512 --format base16 "$url/files/$wheel")" "$(sha512sum <"$T/up/files/$wheel" | cut -d' ' -f1)"
is "by another name" "$(prefetch --name x.whl "$url/files/$wheel"; grep -c '^path is .*-x.whl' "$T/err")" "$(sri_of "$wheel")
1"
unpacked=$(prefetch --unpack "$url/files/beta_lib-0.9.tar.gz")
is "what is in an archive" "$(prefetch --unpack --format base32 "$url/files/beta_lib-0.9.tar.gz")" "$(compat nix-prefetch-url --unpack "$url/files/beta_lib-0.9.tar.gz" 2>/dev/null)"
like "which fetchzip wants" "$(make "fetchzip { url = \"$url/files/beta_lib-0.9.tar.gz\"; hash = \"$unpacked\"; }")" '^/nix/store/.*-source$'
if command -v nix-prefetch-url >/dev/null; then
	real() { NIX_CONF_DIR=$T/none nix-prefetch-url --store "$T/real" "$@" 2>/dev/null; }
	is "real Nix says the same of a file" "$(real "$url/files/$wheel")" "$(prefetch --format base32 "$url/files/$wheel")"
	is "and of a tree" "$(real --unpack "$url/files/beta_lib-0.9.tar.gz")" "$(prefetch --unpack --format base32 "$url/files/beta_lib-0.9.tar.gz")"
else
	pass "real Nix says the same of a file # SKIP no nix-prefetch-url"
	pass "and of a tree # SKIP no nix-prefetch-url"
fi
is "a file of this machine" "$(prefetch "file://$T/up/files/$wheel")" "$(sri_of "$wheel")"

# ---- the index ----
is "of the index the newest that is for everybody" "$(prefetch pypi:alpha)" "$(sri_of "$wheel")"
is "one version of it" "$(prefetch pypi:alpha==1.0)" "$(sri_of alpha-1.0-py3-none-any.whl)"
is "a yanked one by name" "$(prefetch pypi:alpha==1.3)" "$(sri_of alpha-1.3-py3-none-any.whl)"
is "a source archive where there is no wheel" "$(prefetch pypi:Beta.Lib)" "$(sri_of beta_lib-0.10.tar.gz)"
fails_like "or none" "no source archive of 'alpha'" kiln prefetch --sdist pypi:alpha
fails_like "a version that is not there" "no 7.7 of 'alpha'" kiln prefetch pypi:alpha==7.7
fails_like "a project that is not there" "no package index has the project 'nobody'" kiln prefetch pypi:nobody
hash=$(prefetch pypi:alpha==1.0)
like "fetchPypi wants that" "$(make "fetchPypi { pname = \"alpha\"; version = \"1.0\"; format = \"wheel\"; dist = \"py3\"; python = \"py3\"; hash = \"$hash\"; }")" '^/nix/store/.*\.whl$'

# ---- forges and git ----
export SSL_CERT_FILE="$T/cert"
tag=$(prefetch "github:o/tool@v1.0.0?host=127.0.0.1:$tls_port")
like "a tag at GitHub, as fetchFromGitHub wants it" "$(make "fetchFromGitHub { githubBase = \"127.0.0.1:$tls_port\"; owner = \"o\"; repo = \"tool\"; rev = \"v1.0.0\"; hash = \"$tag\"; }")" '^/nix/store/.*-source$'
is "at GitLab" "$(prefetch "gitlab:o/tool@v1.0.0?host=127.0.0.1:$tls_port")" "$tag"
unset SSL_CERT_FILE
is "by git" "$(prefetch "git+$url/o/tool.git?ref=v1.0.0")" "$tag"
is "from a repository here" "$(prefetch "git+file://$T/up/repos/tool?ref=v1.0.0")" "$tag"
is "by its commit" "$(prefetch "git+file://$T/up/repos/tool?rev=$(git -C "$T/up/repos/tool" rev-parse 'v1.0.0^{commit}')")" "$tag"
like "fetchgit wants that" "$(make "fetchgit { url = \"file://$T/up/repos/tool\"; rev = \"v1.0.0\"; hash = \"$tag\"; }")" '^/nix/store/.*-source$'
like "and finds a tag's name elsewhere, too" "$(make "fetchgit { name = \"elsewhere\"; url = \"$url/o/tool.git\"; rev = \"v1.0.0\"; hash = \"$tag\"; }")" '^/nix/store/.*-elsewhere$'
is "the default branch" "$(prefetch "git+file://$T/up/repos/tool")" "$(prefetch "git+file://$T/up/repos/tool?ref=main")"
fails_like "a ref that is not there" "never" kiln prefetch "git+file://$T/up/repos/tool?ref=never"

# ---- lists ----
cat >list <<END
# what a project needs
pypi:alpha==1.0

$url/files/nothing
git+file://$T/up/repos/tool?ref=v1.0.0
  $url/files/$wheel
END
prefetch - <list >out
is "one that fails does not stop the others, and the status tells" "$?" 1
is "a line each" "$(cut -d' ' -f1,4 out)" "$hash pypi:alpha==1.0
$tag git+file://$T/up/repos/tool?ref=v1.0.0
$(sri_of "$wheel") $url/files/$wheel"
like "the one that failed is named" "$(cat err)" "^error: $url/files/nothing: "
is "as JSON" "$(prefetch --json - <list | python3 -c 'import json, sys; print(*[x.get("unpacked", "error" in x and "error") for x in json.load(sys.stdin)])')" "False error True False"
is "an empty list" "$(prefetch - </dev/null; echo $?)" 0

# ---- what is none ----
fails_like "nothing" "'-' reads a list" kiln prefetch
fails_like "a path" "a file of this machine is file:///" kiln prefetch ./file
fails_like "half a repository" "is no OWNER/REPO" kiln prefetch github:tool

# ---- ^C while several wait for who does not answer ----
cat >wait.py <<'PY'
import signal, socket, subprocess, sys, time
here = socket.create_server(("127.0.0.1", 0))
url = "http://127.0.0.1:%d/" % here.getsockname()[1]
p = subprocess.Popen([sys.argv[1], "prefetch", url + "a", url + "b"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                     preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
here.accept()
p.send_signal(signal.SIGINT)
said = p.communicate(timeout=60)[1].decode()
print(p.returncode, [line for line in said.split("\n") if line.startswith("error")])
PY
is "^C" "$(python3 wait.py "$KILN_BUILD/kiln")" "130 ['error: interrupted']"
