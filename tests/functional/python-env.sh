#!/bin/sh
# The environment builder of pkgs/python on packages made here: what is linked, what is rewritten,
# what is refused.
. "$(dirname "$0")/../lib.sh"
maker=$(cd "$(dirname "$0")/../.." && pwd)/pkgs/python/make-env.py
command -v python3 >/dev/null || skip_all "no python3"
plan 38
cd "$T" || exit 1
site=lib/python3.13/site-packages

put() { mkdir -p "$(dirname "$1")" && cat >"$1"; }
# An interpreter: a program and one module of its library.
echo 'the interpreter' | put base/bin/python3.13
ln -s python3.13 base/bin/python3
echo 'old pip' | put base/$site/pip/__init__.py
echo 'os' | put base/lib/python3.13/os.py
echo 'libpython' | put base/lib/libpython3.13.so

# Two packages that share a namespace, and junk.
echo one | put a/$site/space/one.py
echo lib | put a/$site/a/__init__.py
echo 'a test' | put a/$site/tests/__init__.py
echo 1 | put a/$site/a-1.dist-info/METADATA
printf '#!%s/base/bin/python3.13 -E\nimport site; x  # kiln:site\nimport a\n' "$T" | put a/bin/tool
printf '#!/bin/sh\n' | put a/bin/shell
echo two | put b/$site/space/two.py
echo 'b test' | put b/$site/tests/__init__.py
echo 'new pip' | put b/$site/pip/__init__.py
echo 1 | put b/$site/b-1.dist-info/METADATA
echo doc | put b/share/b/doc

make_env() {
	rm -rf env
	out=$T/env python=$T/base libPrefix=python3.13 packages="$1" slots="${2:-}" ignoreCollisions="${3:-}" \
		python3 -I -S "$maker"
}
ok "an environment is made" make_env "$T/a $T/b" "torch torchaudio"
ok "the interpreter is a copy" test -f env/bin/python3.13 -a ! -L env/bin/python3.13
is "its other names lead to the copy" "$(readlink env/bin/python3)" python3.13
is "the library is a link" "$(readlink env/lib/python3.13/os.py)" "$T/base/lib/python3.13/os.py"
is "a folder of one package is one link" "$(readlink env/$site/a)" "$T/a/$site/a"
ok "but for what a project says of itself: uv takes a link for nothing" test -d env/$site/a-1.dist-info -a ! -L env/$site/a-1.dist-info
is "which is linked file by file" "$(readlink env/$site/a-1.dist-info/METADATA)" "$T/a/$site/a-1.dist-info/METADATA"
is "a folder of two holds both" "$(cd env/$site/space && echo *)" "one.py two.py"
is "a package goes before the interpreter's own" "$(cat env/$site/pip/__init__.py)" "new pip"
is "junk is the first one's" "$(cat env/$site/tests/__init__.py)" "a test"
is "a program starts with this interpreter" "$(cat env/bin/tool)" "$(printf '#!%s/env/bin/python3.13 -E\nimport a' "$T")"
is "another program is a link" "$(readlink env/bin/shell)" "$T/a/bin/shell"
is "share is merged" "$(cat env/share/b/doc)" doc
is "slots are told" "$(tr '\n' ' ' <env/nix-support/kiln-slots)" "torch torchaudio "

# Clashes.
echo other | put c/$site/a/__init__.py
echo 1 | put c/$site/c-1.dist-info/METADATA
echo 2 | put d/$site/A-2.dist-info/METADATA
fails_like "different files under one name" 'a/__init__.py' make_env "$T/a $T/c"
fails_like "the packages are named" "$T/c/$site/a/__init__.py" make_env "$T/a $T/c"
fails_like "two packages of one project" 'two packages of one project' make_env "$T/a $T/d"
ok "ignoreCollisions takes the first" make_env "$T/a $T/c" "" 1
cp -r a e && mv e/$site/a-1.dist-info e/$site/e-1.dist-info
ok "equal files do not clash" make_env "$T/a $T/e"

# A package of others has links to what is theirs.
mkdir -p g/share/b g/$site && ln -s "$T/a/$site/a" g/$site/a && ln -s "$T/b/share/b/doc" g/share/b/doc
ok "links to another package's folders and files do not clash with them" make_env "$T/g $T/a $T/b"
ok "whoever comes first" make_env "$T/b $T/a $T/g"
rm g/$site/a && ln -s "$T/c/$site/a" g/$site/a
fails_like "links to something else do" 'a/__init__.py|site-packages/a$|^  .*/a$' make_env "$T/g $T/a"

# Programs of the interpreter's name.
for name in python python3 python3.13; do
	rm -rf p
	printf '#!%s/base/bin/python3.13\nimport a\n' "$T" | put p/bin/$name
	fails_like "a program named $name is refused" "$T/p/bin/$name" make_env "$T/p"
done
fails_like "the interpreter itself is named beside it" "^  $T/base/bin/python3.13\$" make_env "$T/p"
fails_like "in words" "stand in the interpreter's place" make_env "$T/p"
fails_like "with the cure" "rm .out/bin/python3.13" make_env "$T/p"
ok "ignoreCollisions leaves it out" make_env "$T/p" "" 1
is "and the interpreter is its own" "$(cat env/bin/python3.13)" 'the interpreter'

# Neither another program of its nor a module of its library is given away.
printf '#!/bin/sh\n' | put base/bin/pydoc3
printf '#!/bin/sh\nexit 1\n' | put q/bin/pydoc3
fails_like "another program of the interpreter is refused" "^    $T/q/bin/pydoc3\$" make_env "$T/q"
fails_like "both owners are named" "^    $T/base/bin/pydoc3\$" make_env "$T/q"
echo 'my os' | put q2/lib/python3.13/os.py
ok "a file beside site-packages" make_env "$T/q2"
is "does not take the library's place" "$(cat env/lib/python3.13/os.py)" os
rm base/bin/pydoc3

ok "the interpreter itself among the packages is no harm" make_env "$T/base $T/a"

# Projects whose folders have more dashes than one; folders below bin.
for name in one two; do
	printf 'Metadata-Version: 2.1\nName: my-%s\n\nName: my\n' $name | put $name/$site/my-$name-1.dist-info/METADATA
	echo $name | put $name/bin/sub/$name
done
ok "dashes in a project's name" make_env "$T/one $T/two"
is "folders below bin are merged" "$(cd env/bin/sub && echo *)" 'one two'
printf 'Name: My.One\n' | put three/$site/other-1.dist-info/METADATA
fails_like "METADATA says which project it is" 'two packages of one project' make_env "$T/one $T/three"
