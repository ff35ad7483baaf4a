#!/bin/sh
# Locks of the package set that a hand has changed: what is said names the lock, the line, the entry and the
# cure, whatever asks for it; and one package's entry is nobody else's trouble.
. "$(dirname "$0")/../lib.sh"
plan 23
top=$(cd "$(dirname "$0")/../.." && pwd)
cp -r "$top/pkgs" "$T/set"
mkdir -p "$T/p/.flox/pkgs" && cd "$T/p" || exit 1
echo '{ debian }: debian.tree' >.flox/pkgs/native.nix
echo '{ python3 }: python3.pkgs.attrs' >.flox/pkgs/wheel.nix
echo '{ cudaPackages }: cudaPackages.cuda_cudart' >.flox/pkgs/cuda.nix

# edited LOCK SED: the lock with the change, and nothing else changed.
edited() {
	cp "$top/pkgs/$1" "$T/set/$1.new" && sed "$2" "$T/set/$1.new" >"$T/set/$1" && rm "$T/set/$1.new"
	! cmp -s "$top/pkgs/$1" "$T/set/$1" || echo "# '$2' changes nothing"
}
ask() { NIXPKGS_ALLOW_UNFREE=1 kiln build --dry-run --nixpkgs "$T/set" "$1"; }
# refused LOCK RECIPE SED WHAT: in front of it the place, behind it the cure
refused() {
	edited "$1" "$3"
	fails_like "$1: $4" "the lock '$T/set/$1'.*$4" ask "$2"
	cp "$top/pkgs/$1" "$T/set/$1"
}

line=$(grep -n '^   "tree": {' "$top/pkgs/debian/lock.json" | head -1 | cut -d: -f1)
d=debian/lock.json
refused $d native '/^   "tree"/s/"sha256": "..../"sha256": "XYZ/' "line $line, entry 'tree': its 'sha256' cannot be \"XYZ"
refused $d native '/^   "tree"/s/, "sha256": "[^"]*"//' "line $line, entry 'tree': it has no 'sha256'"
refused $d native '/^   "tree"/s/"version": "[^"]*", //' "line $line, entry 'tree': it has no 'version'"
refused $d native '/^   "tree"/s/"file": "[^"]*", //' "line $line, entry 'tree': it has no 'file'"
refused $d native '/^   "tree"/s/"deps": \[/"deps": ["nosuch", /' "line $line, entry 'tree': its 'deps' names 'nosuch'"
refused $d native '/^   "tree"/s/"deps": \[.*\]/"deps": "libc6"/' "line $line, entry 'tree': its 'deps' cannot be \"libc6\""
refused $d native '/^   "tree"/s/: {.*/: "2.2",/' "line $line, entry 'tree': it is a string, expected a set"
refused $d native 's/^ "version": 1/ "version": 9/' "line 2, entry 'version': its version is 9, and this set knows 1"
edited $d '/^   "tree"/s/},$/}/'
fails_like "a comma that is missing: the line" "parse error at line $((line + 1)), " ask native
fails_like "and which lock" "^       in the lock '$T/set/$d'" ask native
fails_like "and the cure" '^hint: take it back .*kiln lock debian' ask native
edited $d '/^   "tree"/s/"sha256": "..../"sha256": "XYZ/'
ok "another package does not mind" ask wheel
cp "$top/pkgs/$d" "$T/set/$d"

line=$(grep -n '^  "attrs": {' "$top/pkgs/python/lock.json" | cut -d: -f1)
p=python/lock.json
at="$line,/^  }/"
refused $p wheel "${at}s/\"sha256\": \"..../\"sha256\": \"XYZ/" "line $line, entry 'attrs': its 'sha256' cannot be \"XYZ"
refused $p wheel "${at}s/\"version\": .*/\"was\": 1/" "line $line, entry 'attrs': it has no 'version'"
refused $p wheel "${at}s/\"name\"/\"nama\"/" "line $line, entry 'attrs': it has no 'name'"
refused $p wheel "${at}s/\"files\": /\"requires\": [\"nosuch\"], &/" "line $line, entry 'attrs': its 'requires' names \"nosuch\", which is not there"
refused $p wheel "${at}s/\"files\": /\"requires\": \"numpy\", &/" "line $line, entry 'attrs': its 'requires' cannot be \"numpy\""
refused $p wheel "${at}s/\"files\": /\"slots\": [\"torchy\"], &/" "line $line, entry 'attrs': its 'slots' names \"torchy\", which is not there"
refused $p wheel 's/^ "format": 1/ "format": 7/' "line 2, entry 'format': its format is 7, and this set knows 1"
edited $p "${at}s/},/}/"
fails_like "Python's: which lock a syntax error is in" "in the lock '$T/set/$p'" ask wheel

c=cuda/lock.json
refused $c cuda '/nvidia-cuda-runtime"/s/"sha256": "..../"sha256": "XYZ/' "line [0-9]*, entry 'nvidia-cuda-runtime': its 'sha256' cannot be \"XYZ"
refused $c cuda '/nvidia-cuda-runtime"/s/, "sha256": "[^"]*"//' "line [0-9]*, entry 'nvidia-cuda-runtime': it has no 'sha256'"
refused $c cuda '/nvidia-cuda-runtime"/s/"file": "/&..\//' "line [0-9]*, entry 'nvidia-cuda-runtime': its 'file' cannot be \"\.\./"
