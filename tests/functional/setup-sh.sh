#!/bin/sh
# pkgs/stdenv/setup.sh and pkgs/build-support/*.sh as a build's phases see them, run by the host's bash
# without a store: text replacement, shebangs, inputs, outputs, phases, wrappers, merged trees.
# shellcheck disable=SC2016 # the dollars are for the bash that is tested
. "$(dirname "$0")/../lib.sh"
bash=$(command -v bash) || skip_all "no bash"
plan 151

top=$(cd "$(dirname "$0")/../.." && pwd)
store=$T/store
hash=abcdefghijklmnopqrstuvwxyz012345
mkdir -p "$store"

# run [VAR=VALUE…] CODE: sources setup.sh in an empty folder, then runs the code.
run() {
	rm -rf "$T/top" "$T/out" "${T:?}/dev" "$T/doc"
	mkdir -p "$T/top"
	env -i PATH=/nowhere HOME=/homeless SHELL="$bash" NIX_STORE="$store" TMPDIR="$T/top" T="$T" \
		initialPath="/usr /" out="$T/out" SETUP="$top/pkgs/stdenv/setup.sh" SUPPORT="$top/pkgs/build-support" \
		"$bash" -ec 'while [ $# -gt 1 ]; do export "$1"; shift; done; cd "$T/top"; . "$SETUP"; eval "$1"' \
		bash "$@" 2>&1
}
# gives WHAT EXPECTED [VAR=VALUE…] CODE
gives() {
	what=$1 expected=$2
	shift 2
	is "$what" "$(run "$@")" "$expected"
}
# replaced WHAT INPUT OPTIONS EXPECTED: substituteInPlace; INPUT is a format of printf, EXPECTED is
# as `cat -A` shows it.
replaced() { gives "$1" "$4" "printf '$2' >f; substituteInPlace f $3; cat -A f"; }

# --- substituteInPlace
replaced "every occurrence" 'a b a\n' '--replace-fail a x' 'x b x$'
replaced "over lines" 'one\ntwo\nthree\n' "--replace-fail \$'two\\nthree' \$'2\\n3'" 'one$
2$
3$'
replaced "quotes" 'say "it\047s"\n' "--replace-fail '\"it'\\''s\"' \"'\"" "say '\$"
replaced "backslashes are no escapes" 'a\\nb \\\\\n' "--replace-fail '\\n' / --replace-fail '\\\\' '\\1'" 'a/b \1$'
replaced "& is a letter" 'x=1\n' "--replace-fail x '[&]\\&'" '[&]\&=1$'
replaced "patterns are no globs" 'a* ab [b] b?\n' "--replace-fail 'a*' X --replace-fail '[b]' Y --replace-fail '?' Z" 'X ab Y bZ$'
replaced "an empty replacement" 'keep drop keep\n' '--replace-fail "drop " ""' 'keep keep$'
replaced "pairs, one after the other" 'a\n' '--replace-fail a b --replace-fail b c' 'c$'
replaced "a replacement that holds its pattern" 'a\n' '--replace-fail a aa' 'aa$'
replaced "lines that end in CR and LF stay so" 'a\r\nb\r\n' '--replace-fail a x' 'x^M$
b^M$'
replaced "no newline at the end" 'a' '--replace-fail a x' 'x'
replaced "many newlines at the end" 'a\n\n' '--replace-fail a x' 'x$
$'
replaced "bytes that are no UTF-8" 'a\377b\n' '--replace-fail a x --replace-fail b y' 'xM-^?y$'
replaced "dollars" 'v=$HOME `ls`\n' "--replace-fail '\$HOME' '\${out}'" 'v=${out} `ls`$'
replaced "an absent pattern may be all right" 'a\n' '--replace-quiet b c' 'a$'
replaced "or worth a warning" 'a\n' '--replace-warn b c' "warning: substitute: pattern b is not in 'f'
a\$"
replaced "--subst-var-by takes any name" '@a-b@ @a@\n' '--subst-var-by a-b x' 'x @a@$'
gives "--subst-var takes the variable" 'x 1 & 2 @w@' 'v="1 & 2"; echo "x @v@ @w@" >f; substituteInPlace f --subst-var v; cat f'
gives "several files" 'x
x b' 'echo a >f; echo "a b" >g; substituteInPlace f g --replace-fail a x; cat f g'
gives "a file keeps its mode" '-r-xr-xr-x' 'echo a >f; chmod 555 f; substituteInPlace f --replace-fail a x; stat -c %A f | sed "s/rwx/r-x/"'
gives "substitute leaves its input" 'a x' 'printf a >f; substitute f g --replace-fail a x; echo "$(<f) $(<g)"'
gives "substituteAll takes all variables that begin small" '1 @Big@ @unset@' 'export one=1 Big=2; echo "@one@ @Big@ @unset@" >f; substituteAllInPlace f; cat f'
fails_like "told when it is only the line ends" "^hint: 'f' has CRLF line ends" \
	run 'printf "a\r\nb\r\n" >f; substituteInPlace f --replace-fail "a
b" c'
fails_like "or the blanks" "^hint: it is there with other blanks" run 'echo "a = 1" >f; substituteInPlace f --replace-fail "a=1" c'
fails_like "an absent pattern is an error" "error: substitute: pattern b.* is not in 'f'" run 'echo a >f; substituteInPlace f --replace-fail "b\$" c'
fails_like "which leaves the file" '^a$' run 'echo a >f; (substituteInPlace f --replace-fail a x --replace-fail b c) || { cat f; exit 1; }'
fails_like "NUL bytes are an error" "'f' has NUL bytes" run 'printf "a\0b" >f; substituteInPlace f --replace-fail a x'
fails_like "so is a missing file" "'f' is not a file" run 'substituteInPlace f --replace-fail a x'
fails_like "no file at all" 'no file given' run 'substituteInPlace --replace-fail a x'
fails_like "an empty pattern" 'empty pattern' run 'echo a >f; substituteInPlace f --replace-fail "" x'
fails_like "half a pair" 'needs a pattern and a replacement' run 'echo a >f; substituteInPlace f --replace-fail a'
fails_like "an unset variable" "variable 'v' is unset" run 'echo @v@ >f; substituteInPlace f --subst-var v'
fails_like "an unknown option" "unknown option '--replce'" run 'echo a >f; substituteInPlace f --replce a b'

# --- small tools
gives "stripHash drops folder and hash" 'name-1.0' "stripHash '$store/$hash-name-1.0'"
gives "and keeps other names" 'short-name' 'stripHash /x/short-name'
gives "concatTo reads words, arrays and defaults" '[a][b][c d][e][-p1]' 'w="a b"; arr=("c d" e); list=(); concatTo list w arr none flags=-p1; printf "[%s]" "${list[@]}"'
gives "words are no globs" '[a=*][*]' 'touch f; w="a=* *"; concatTo list w; printf "[%s]" "${list[@]}"'
gives "also into and from odd names" '[x]' 'list=(x); ref=(); concatTo ref list; printf "[%s]" "${ref[@]}"'
gives "appendToVar and prependToVar" 'z a b c' 'v="a b"; appendToVar v c; prependToVar v z; echo "$v"'
gives "on arrays, too" '[z z][a][b c]' 'v=(a); appendToVar v "b c"; prependToVar v "z z"; printf "[%s]" "${v[@]}"'

# --- patchShebangs
mkdir -p "$T/tools/bin" "$T/native/bin" "$T/host/bin"
for name in tools native host; do
	for program in "$name-program" common; do
		printf '#!/bin/sh\necho %s\n' "$name" >"$T/$name/bin/$program"
		chmod +x "$T/$name/bin/$program"
	done
done
# shebang WHAT LINE EXPECTED [VAR=VALUE…] [OPTIONS]
shebang() {
	what=$1 line=$2 expected=$3 options=
	shift 3
	case ${1:-} in -*) options=$1 && shift ;; esac
	is "$what" "$(run initialPath="/usr / $T/tools" LINE="$line" "$@" \
		'printf "%b" "#!$LINE\nbody\n" >f; chmod 755 f; patchShebangs '"$options"' . >log; head -n 1 f')" "#!$expected"
}
shebang "env" '/usr/bin/env tools-program' "$T/tools/bin/tools-program"
shebang "env and arguments" '/usr/bin/env tools-program -a  b' "$T/tools/bin/tools-program -a  b"
shebang "env -S" '/usr/bin/env -S tools-program -a' "$(command -v env) -S $T/tools/bin/tools-program -a"
shebang "a path" '/opt/x/tools-program -e' "$T/tools/bin/tools-program -e"
shebang "blanks" ' /usr/bin/env  tools-program' "$T/tools/bin/tools-program"
shebang "a line that ends in CR" '/usr/bin/env tools-program\r' "$T/tools/bin/tools-program"
shebang "what is not found stays" '/usr/bin/env nothing-like-it' '/usr/bin/env nothing-like-it'
shebang "what is in the store stays" "$store/x/bin/tools-program" "$store/x/bin/tools-program"
shebang "but for --update" "$store/x/bin/tools-program" "$T/tools/bin/tools-program" --update
shebang "--build finds what builds" '/bin/native-program' "$T/native/bin/native-program" --build nativeBuildInputs="$T/native"
shebang "--host does not" '/bin/native-program' '/bin/native-program' --host nativeBuildInputs="$T/native"
shebang "--host finds what the result runs with" '/bin/common' "$T/host/bin/common" --host nativeBuildInputs="$T/native" buildInputs="$T/host"
fails_like "env with options is refused" "options or variables of env" run 'echo "#!/usr/bin/env -i bash" >f; chmod +x f; patchShebangs f'
fails_like "so are variables" "options or variables of env" run 'echo "#!/usr/bin/env A=b bash" >f; chmod +x f; patchShebangs f'
gives "what cannot be executed stays" '#!/usr/bin/env bash' 'echo "#!/usr/bin/env bash" >f; patchShebangs f; cat f'
gives "mode, time and the other lines stay" '500 1000000000 #!/bin/env bash' \
	'printf "#!/usr/bin/env bash\n#!/bin/env bash" >f; chmod 500 f; touch -d @1000000000 f; patchShebangs . >log; echo "$(stat -c "%a %Y" f) $(tail -n +2 f)"'

# --- inputs
gives "inputs come before the tools, in order" "$T/native/bin:$T/host/bin:" buildInputs="$T/host" nativeBuildInputs="$T/native" 'echo "${PATH%%/usr*}"'
gives "with strictDeps only what runs here" "$T/native/bin:" strictDeps=1 buildInputs="$T/host" nativeBuildInputs="$T/native" 'echo "${PATH%%/usr*}"'
mkdir -p "$T/hook/nix-support"
echo "$T/host" >"$T/hook/nix-support/propagated-build-inputs"
cat >"$T/hook/nix-support/setup-hook" <<'EOF'
hooked() { echo "hook sees ${1##*/}"; }
addEnvHooks "$hostOffset" hooked
preBuildHooks+=(registered)
registered() { echo registered; }
EOF
gives "hooks are sourced, what is propagated found" "hook sees hook
hook sees host
registered
host" nativeBuildInputs="$T/hook" 'runHook preBuild; host-program'
mkdir -p "$T/role/nix-support"
cat >"$T/role/nix-support/setup-hook" <<'EOF'
getHostRole && host=$role_post && getTargetRole && getTargetRoleWrapper X salt
echo "from '$host' for '$role_post': ${!NIX_X_WRAPPER_*}"
sees() { getHostRole && echo "${1##*/} as '$role_post'"; }
addEnvHooks "$targetOffset" sees
EOF
gives "roles: depsBuildBuild" "from '_FOR_BUILD' for '_FOR_BUILD': NIX_X_WRAPPER_TARGET_BUILD_salt
role as '_FOR_BUILD'" strictDeps=1 depsBuildBuild="$T/role" true
gives "roles: nativeBuildInputs, whose hooks see buildInputs" "from '_FOR_BUILD' for '': NIX_X_WRAPPER_TARGET_HOST_salt
host as ''" strictDeps=1 nativeBuildInputs="$T/role" buildInputs="$T/host" true
gives "and without strictDeps all" "from '_FOR_BUILD' for '': NIX_X_WRAPPER_TARGET_HOST_salt
role as ''
host as ''" nativeBuildInputs="$T/role" buildInputs="$T/host" true
gives "roles: buildInputs" "from '' for '_FOR_TARGET': NIX_X_WRAPPER_TARGET_TARGET_salt" strictDeps=1 buildInputs="$T/role" true
fails_like "an input must be there" "build input '/none' does not exist" run buildInputs=/none true

# --- hooks and phases
gives "a recipe's hook runs, then the registered ones" 'own
b' 'preX="echo own"; preXHooks=(b); b() { echo b; }; runHook preX'
gives "hooks are functions, too" 'own' 'preX() { echo own; }; runHook preX'
gives "no hook is no error" 'ok' 'runHook preNothing; echo ok'
# --- configure and make
configure='printf "#!%s\n# %s\nprintf \"%%s\\n\" \"\$@\"" "$SHELL" "$KNOWS" >configure; chmod +x configure; configurePhase | sed "1d;s,$T,T,"'
gives "configure gets the prefix" '--prefix=T/out' KNOWS= "$configure"
gives "and what it knows of" '--prefix=T/out
--disable-dependency-tracking
--disable-static
-x' KNOWS='dependency-tracking enable-static' configureFlags=-x "$configure"
gives "outputs of their own have their folders" '--prefix=T/out
--bindir=T/out/bin
--sbindir=T/out/sbin
--includedir=T/dev/include
--mandir=T/out/share/man
--infodir=T/out/share/info
--docdir=T/out/share/doc/foo
--libdir=T/out/lib
--libexecdir=T/out/libexec
--localedir=T/out/share/locale' KNOWS=--libdir outputs='out dev' dev="$T/dev" name=foo-1.2 "$configure"
gives "unless they do not want that" '--prefix=T/out' KNOWS=--libdir outputs='out dev' dev="$T/dev" setOutputFlags= "$configure"
gives "libtool loses its folders" 'sys_lib_search_path=' KNOWS= "echo 'eval sys_lib_search_path=/usr/lib' >ltmain.sh; $configure >/dev/null; cat ltmain.sh"
make='printf "all:;@echo \$(filter -j%%,\$(MAKEFLAGS))\ntest:;@echo tested\n" >Makefile'
gives "make with one job" '' "$make; buildPhase"
gives "with the cores that there are" '-j3' NIX_BUILD_CORES=3 enableParallelBuilding=1 "$make; buildPhase"
gives "a check target of either name" 'tested' "$make; checkPhase"
gives "or none" 'no check or test target, doing nothing' 'printf "all:\n" >Makefile; checkPhase'

phases='for p in unpack patch configure build check install fixup installCheck dist; do eval "${p}Phase() { echo $p; }"; done; genericBuild | grep -v "^Running phase"'
gives "the phases' order" 'unpack patch configure build install fixup' "$phases"' | paste -sd " "'
gives "phases that are asked for" 'unpack patch configure build check install fixup installCheck dist' doCheck=1 doInstallCheck=1 doDist=1 "$phases"' | paste -sd " "'
gives "phases that are left out" 'install' dontUnpack=1 dontPatch=1 dontConfigure=1 dontBuild=1 dontFixup=1 "$phases"
gives "a recipe's own list" 'install build' phases='installPhase buildPhase' "$phases"' | paste -sd " "'
gives "phases in between" 'zero unpack patch configure build mid install fixup last' prePhases=zero preInstallPhases=mid postPhases=last 'zero() { echo zero; }; mid() { echo mid; }; last() { echo last; }; '"$phases"' | paste -sd " "'
gives "a recipe's text comes before a function" 'text' phases=installPhase installPhase='echo text' 'installPhase() { echo function; }; genericBuild | tail -n 1'
gives "buildCommand is instead of all" 'only this' buildCommand='echo only this' genericBuild
fails_like "a failing phase ends the build, with its name" '^error: buildPhase failed with exit status 7$' run phases=buildPhase buildPhase='(exit 7)' genericBuild
fails_like "and the recipe's hook" '^cleanup$' run phases=buildPhase buildPhase='false; echo "on and on"' failureHook='echo cleanup' genericBuild
mkdir -p "$store/$hash-source/sub"
echo content >"$store/$hash-source/file"
chmod -R a-w "$store/$hash-source"
gives "a source folder is unpacked under its name, writable" 'source content changed' src="$store/$hash-source" installPhase='cp file "$out"' dontFixup=1 \
	'genericBuild >log; echo changed >>file; echo "$(basename "$PWD") $(paste -sd " " file)"'
gives "sourceRoot is where phases run" 'sub' src="$store/$hash-source" sourceRoot=source/sub installPhase=: 'genericBuild >log; basename "$PWD"'
gives "or what setSourceRoot finds" 'sub' src="$store/$hash-source" setSourceRoot='sourceRoot=$(echo */sub)' installPhase=: 'genericBuild >log; basename "$PWD"'
gives "a recipe may unpack itself" 'data' src="$T/native/bin/common" unpackCmd='mkdir d; echo data >d/f' installPhase='cp f $out' 'genericBuild >log; cat $out'
fails_like "a sourceRoot must be there" "there is no folder 'source/none' to build in; here are: .*source" run src="$store/$hash-source" sourceRoot=source/none genericBuild
fails_like "also where nothing is made writable" "there is no folder 'source/none'" run dontMakeSourcesWritable=1 src="$store/$hash-source" sourceRoot=source/none genericBuild
fails_like "no source is an error with a cure" 'dontUnpack = true' run genericBuild
(cd "$T" && mkdir tree && echo a >tree/a && tar czf tree.tar.gz tree && diff -u tree/a /dev/null | sed 's/^--- .*/--- x\/a/;s/^+++ .*/+++ x\/a/;s/^-a/-a\n+b/;s/+0,0/+1/' >fix.patch)
(cd "$T" && mkdir -p flat/b flat/a flat/c && echo 1 >flat/f && tar czf folders.tar.gz -C flat a b && tar czf flat.tar.gz -C flat f)
fails_like "of two folders neither is guessed" "multiple directories \('a' and 'b'\); here are: .*a b" run src="$T/folders.tar.gz" genericBuild
fails_like "an archive without a folder says what came out" "produced no directories; here are: .*f" run src="$T/flat.tar.gz" genericBuild
fails_like "and what helps" '^hint: .*sourceRoot = "\."' run src="$T/flat.tar.gz" genericBuild
gives "which it does" '1' src="$T/flat.tar.gz" sourceRoot=. installPhase='cp f $out' 'genericBuild >log; cat $out'
gives "or setSourceRoot does" '1' src="$T/flat.tar.gz" setSourceRoot='sourceRoot=$PWD' installPhase='cp f $out' 'genericBuild >log; cat $out'
touch "$T/x.zip" "$T/x-1.whl" "$T/x"
fails_like "a zip without unzip" '^hint: nativeBuildInputs = \[ unzip \]' run src="$T/x.zip" genericBuild
fails_like "a wheel" '^hint: a wheel is installed by .*buildPythonPackage' run src="$T/x-1.whl" genericBuild
fails_like "a plain file" '^hint: a file is no source tree: say dontUnpack = true' run src="$T/x" genericBuild
gives "archives are unpacked, patches applied" 'b' src="$T/tree.tar.gz" patches="$T/fix.patch" installPhase='cp a "$out"' 'genericBuild >log; cat "$out"'

# --- fixup
gives "lib64, sbin and man have one place" 'bin/p lib/l share/man/man1/m.1.gz share/man/man1/n.1.gz' dontUnpack=1 \
	installPhase='mkdir -p $out/lib64 $out/sbin $out/man/man1; touch $out/lib64/l $out/sbin/p; echo x >$out/man/man1/m.1; ln -s m.1 $out/man/man1/n.1' \
	'genericBuild >log; cd $out; find bin/ lib/ share -type f -o -type l -name "n.*" | sort | paste -sd " "; test -e share/man/man1/n.1.gz'
gives "outputs get what is theirs" "dev/include/h.h dev/lib/pkgconfig/p.pc dev/nix-support/propagated-build-inputs doc/share/doc/d out/lib/l" \
	outputs='out dev doc' dev="$T/dev" doc="$T/doc" dontUnpack=1 \
	installPhase='mkdir -p $out/include $out/lib/pkgconfig $out/share/doc $doc; touch $out/include/h.h $out/lib/l $out/lib/pkgconfig/p.pc $out/share/doc/d' \
	'genericBuild >log; cd $T; find out dev doc -type f | sort | paste -sd " "'
gives "propagated inputs are written down" "$T/host $T/native" dontUnpack=1 propagatedBuildInputs="$T/host" propagatedNativeBuildInputs="$T/native" installPhase='mkdir $out' \
	'genericBuild >log; cd $out/nix-support; echo $(<propagated-build-inputs) $(<propagated-native-build-inputs)'

# --- wrappers
sed "s|@shell@|$bash|" "$top/pkgs/build-support/make-wrapper.sh" >"$T/make-wrapper.sh"
printf '#!%s\nprintf "%%s|" "${V-unset}" "$@"\n' "$bash" >"$T/program"
chmod +x "$T/program"
# wrapped WHAT VALUE EXPECTED OPTIONS: what the program gets as $V and arguments; VALUE - is unset.
wrapped() {
	gives "$1" "$3" VALUE="$2" '. $T/make-wrapper.sh; makeWrapper $T/program wrapper '"$4"'
		if [ "$VALUE" = - ]; then unset V; else export V=$VALUE; fi; ./wrapper arg'
}
wrapped "--set" old 'a:~/b "$x"|arg|' "--set V 'a:~/b \"\$x\"'"
wrapped "--set-default keeps" '' '|arg|' '--set-default V new'
wrapped "--set-default sets" - "it's }|arg|" "--set-default V \"it's }\""
wrapped "--unset" old 'unset|arg|' '--unset V'
wrapped "--prefix on nothing" - '/a:/b|arg|' '--prefix V : /a:/b'
wrapped "--prefix keeps the order" '/x' '/a:/b:/x|arg|' '--prefix V : /a:/b'
wrapped "--prefix moves to the front" '/x:/a:/y' '/a:/x:/y|arg|' '--prefix V : /a'
wrapped "--prefix keeps empty parts" ':/x:' '/a::/x:|arg|' '--prefix V : /a'
wrapped "--suffix on nothing" - '/a:/b|arg|' '--suffix V : /a:/b'
wrapped "--suffix only what is missing" '/b:/x' '/b:/x:/a|arg|' '--suffix V : /a:/b'
wrapped "separators and values are no patterns" 'x' 'q?*x|arg|' "--prefix V '*' 'q?'"
wrapped "flags before and after" - "unset|-x|a b|/homeless|\$q|arg|end|" "--add-flags '-x \"a b\" \$HOME' --add-flag '\$q' --append-flags end"
wrapped "--run may add flags" - 'ran|more flags|arg|' "--run 'V=ran; export V; extraFlagsArray+=(\"more flags\")'"
wrapped "--chdir" - "unset|top|arg|" "--chdir \"\$T/top\" --add-flags '\$(basename \"\$PWD\")'"
gives "wrapProgram hides the program and keeps its name" '.prog-wrapped prog in/prog set' '. $T/make-wrapper.sh; mkdir in
	cp "$SHELL" in/prog; wrapProgram in/prog --set V set; echo $(ls -A in) $(in/prog -c "echo \$0 \$V")'
gives "twice is fine" '.prog-wrapped .prog-wrapped_ prog 2|1|' '. $T/make-wrapper.sh; mkdir in
	printf "#!%s\nprintf \"%%s|\" \$V \$W\n" "$SHELL" >in/prog; chmod +x in/prog
	wrapProgram in/prog --set W 1; wrapProgram in/prog --set V 2; printf "%s " $(ls -A in); in/prog'
fails_like "what is wrapped must be a program" "'none' is not an executable file" run '. $T/make-wrapper.sh; makeWrapper none w'
fails_like "an option's arguments must be there" '--set needs 2 arguments' run '. $T/make-wrapper.sh; makeWrapper $T/program w --set V'
fails_like "an option must be known" "unknown option '--sett'" run '. $T/make-wrapper.sh; makeWrapper $T/program w --sett V'

# --- wrappers in C
if command -v cc >/dev/null; then
	mkdir -p "$T/cc/bin"
	ln -s "$(command -v cc)" "$T/cc/bin/cc"
	sed "s|@cc@|$T/cc|" "$top/pkgs/build-support/make-binary-wrapper.sh" >"$T/make-binary-wrapper.sh"
	# compiled WHAT VALUE EXPECTED OPTIONS: as wrapped
	compiled() {
		gives "$1, compiled" "$3" VALUE="$2" 'PATH=$PATH:/usr/bin; . $T/make-binary-wrapper.sh; makeWrapper $T/program wrapper '"$4"'
			if [ "$VALUE" = - ]; then unset V; else export V=$VALUE; fi; ./wrapper arg'
	}
	compiled "--set" old 'a:~/b "$x"\|arg|' "--set V 'a:~/b \"\$x\"\\'"
	compiled "--set-default keeps" '' '|arg|' '--set-default V new'
	compiled "--set-default sets" - "it's }|arg|" "--set-default V \"it's }\""
	compiled "--unset" old 'unset|arg|' '--unset V'
	compiled "--prefix on nothing" - '/a:/b|arg|' '--prefix V : /a:/b'
	compiled "--prefix goes before" '/x' '/a:/x|arg|' '--prefix V : /a'
	compiled "--suffix goes behind" '/x' '/x:/a:/b|arg|' "--suffix-each V : '/a /b'"
	compiled "--suffix-contents" - 'text|arg|' '--suffix-contents V : <(echo text)'
	compiled "flags before and after" - 'unset|-x|a b|$q|arg|end|' "--add-flags '-x \"a b\"' --add-flag '\$q' --append-flags end"
	compiled "--chdir" - 'unset|arg|' '--chdir "$T"'
	gives "it is a program, and hides the other" 'prog set elf' 'PATH=$PATH:/usr/bin; . $T/make-binary-wrapper.sh; mkdir in
		printf "#!%s\necho \${0##*/} \$V\n" "$SHELL" >in/prog; chmod +x in/prog; wrapProgram in/prog --set V set
		test -f in/.prog-wrapped; isELF in/prog && echo "$(in/prog | sed "s/^.prog-wrapped/prog/") elf"'
	fails_like "it runs no shell" '--run needs a shell' run '. $T/make-binary-wrapper.sh; makeWrapper $T/program w --run true'
	fails_like "a variable's name is one" "'A-B' is no name of a variable" run '. $T/make-binary-wrapper.sh; makeWrapper $T/program w --set A-B x'
	fails_like "what is compiled must be there" "'none' is not an executable file" run '. $T/make-binary-wrapper.sh; makeWrapper none w'
	fails_like "an option must be known, too" "unknown option '--sett'" run '. $T/make-binary-wrapper.sh; makeWrapper $T/program w --sett V'
	fails_like "and have its arguments" '--set needs 2 arguments' run '. $T/make-binary-wrapper.sh; makeWrapper $T/program w --set V'
else
	for case in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do pass "a wrapper in C $case # SKIP cc is not installed"; done
fi

# --- merged trees
trees='mkdir -p a/bin a/share b/share/deep "b/share/odd name"; echo 1 >a/bin/x; echo a >a/share/f; echo b >b/share/f; echo b >b/share/deep/g
	ln -s f b/share/l; echo h >b/.hidden; echo o >"b/share/odd name/o"; mkdir j; here=$PWD; out=$PWD/j'
gives "linkTree makes folders, links files, copies links" 'a a 1 h b o f' \
	"$trees"'; . $SUPPORT/make-links.sh; . $SUPPORT/link-tree.sh; linkTree $PWD/a $out; linkTree $PWD/b $out; test ! -L j/bin; test ! -L j/share/deep; test -L j/bin/x
	echo $(<j/share/f) $(<j/share/l) $(<j/bin/x) $(<j/.hidden) $(<j/share/deep/g) $(<"j/share/odd name/o") $(readlink j/share/l)'
# shellcheck disable=SC2016 # for the shell that is run
gives "linkTrees goes by a link to a folder" 'lib: own theirs; share -> elsewhere; 2' 'mkdir -p a/lib b/lib64/deep b/share c/lib64 j; echo own >a/lib/f; ln -s lib a/lib64; ln -s /elsewhere a/share
	echo theirs >b/lib64/g; echo no >b/lib64/f; echo x >b/share/x; echo 2 >b/lib64/deep/h; echo 3 >c/lib64/i
	. $SUPPORT/make-links.sh; . $SUPPORT/link-tree.sh; linkTrees j $PWD/a $PWD/b $PWD/c
	echo "lib: $(<j/lib/f) $(<j/lib/g); share -> $(basename $(readlink j/share)); $(<j/lib64/deep/h)"; test "$(<j/lib/i)" = 3'
# What many trees take is a handful of processes: those that are made are counted by their ids.
# shellcheck disable=SC2016 # for the shell that is run
gives "many trees take few processes" 'few 300' 'mkdir -p j; for i in {1..300}; do mkdir -p t/$i/share/$i; echo >t/$i/share/$i/f; done
	. $SUPPORT/make-links.sh; . $SUPPORT/link-tree.sh; mkdir bin; for c in mkdir ln cp find sort tar xargs; do
		printf "#!/bin/sh\necho >>%s/calls\nPATH=%s exec %s \"\$@\"\n" "$PWD" "$PATH" "$c" >bin/$c; chmod +x bin/$c; done
	PATH=$PWD/bin:$PATH linkTrees j $PWD/t/*; set -- j/share/*/f; [ $(wc -l <calls) -gt 20 ] || echo "few $#"'
# shellcheck disable=SC2016 # for the shell that is run
gives "and nothing is made of none" '' 'mkdir j; . $SUPPORT/make-links.sh; . $SUPPORT/link-tree.sh; { :; } | makeLinks j; linkTrees j; ls j'
fails_like "mergeLinks refuses two contents of one name" "two packages have a different 'share/f'" run "$trees"'; . $SUPPORT/make-links.sh; . $SUPPORT/merge-links.sh; mergeLinks $PWD/a $out same; mergeLinks $PWD/b $out same'
gives "unless told that the first wins" 'a b' "$trees"'; . $SUPPORT/make-links.sh; . $SUPPORT/merge-links.sh; mergeLinks $PWD/a $out first; mergeLinks $PWD/b $out first; mergeMake; echo $(<j/share/f) $(<j/share/deep/g)'
gives "or that one comes first" 'a' "$trees"'; . $SUPPORT/make-links.sh; . $SUPPORT/merge-links.sh; mergePriority=1; mergeLinks $PWD/a $out same; mergePriority=5; mergeLinks $PWD/b $out same; mergeMake; echo $(<j/share/f)'

# --- files that shells and readers look for
gives "installShellFiles knows the places" 'bin/tool share/bash-completion/completions/tool share/fish/vendor_completions.d/tool.fish share/man/man1/tool.1 share/zsh/site-functions/_tool' \
	'. $SUPPORT/install-shell-files.sh; touch tool tool.1 tool.bash
	installBin tool; installManPage tool.1; installShellCompletion --cmd tool tool.bash --fish <(:) --zsh <(:); cd $out; find -type f | cut -c3- | sort | paste -sd " "'
fails_like "a page needs a section" "'./page.' has no section" run '. $SUPPORT/install-shell-files.sh; touch page.; installManPage ./page.'

# --- autoPatchelf
if command -v patchelf >/dev/null && command -v cc >/dev/null && ldd "$bash" >/dev/null 2>&1; then
	loader=$(patchelf --print-interpreter "$bash")
	mkdir -p "$T/glibc/lib" "$T/other/lib"
	ln -s "$(ldd "$bash" | sed -n 's/.*libc\.so\.6 => \([^ ]*\).*/\1/p')" "$T/glibc/lib/libc.so.6"
	sed "s|@interpreter@|$loader|; s|@glibc@|$T/glibc|; s|@gccLibs@|$T/none|" "$top/pkgs/build-support/auto-patchelf.sh" >"$T/auto-patchelf.sh"
	echo 'int dep(void) { return 3; }' >"$T/dep.c"
	echo 'int dep(void); int main(void) { return dep(); }' >"$T/main.c"
	cc -shared -fPIC -o "$T/other/lib/libdep.so" "$T/dep.c" && cc -o "$T/prog" "$T/main.c" -L"$T/other/lib" -ldep
	patch='targetOffset=0; . $T/auto-patchelf.sh; mkdir -p $out/bin; cp $T/prog $out/bin; addAutoPatchelfSearchPath'
	gives "objects find their libraries in the inputs" "$T/other/lib:$T/glibc/lib:/end 3" appendRunpaths=/end \
		"$patch"' $T/other/lib; autoPatchelf $out >log; echo "$(patchelf --print-rpath $out/bin/prog) $($out/bin/prog || echo $?)"'
	fails_like "what nobody has is an error" 'libdep.so, needed by .*/bin/prog' run "$patch"'; autoPatchelf $out'
	gives "unless it is left to the runtime" "$T/glibc/lib" autoPatchelfIgnoreMissingDeps='libx.so libd*' "$patch"'; autoPatchelf $out >log; patchelf --print-rpath $out/bin/prog'
else
	for case in 1 2 3; do pass "autoPatchelf $case # SKIP patchelf or cc is not installed"; done
fi
