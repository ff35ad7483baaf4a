# Groups of Debian packages that need more than unpacking, a file a family. A group:
#
#	debs	 Debian names; the first gives the version
#	deps	 groups beyond those that its packages depend on
#	dev	 Debian names of its headers, which become the group NAME-dev. Every other -dev package is a
#		 group of headers by itself. Headers are `dev` of the groups of libraries from their source
#	bin	 the group of its programs, where nixpkgs has library and programs under one name
#	isDev	 this is a group of headers
#	folders	 folders with libraries, beside lib, in which groups depending on it find some
#	rules	 what to do, in this order:
#
# A rule is a list of words; file names are relative to the output, FILE* are globs in which '*' does
# not match '/'. In texts \n \t \\ \0 are escapes, and @out@ is the output.
#
#	layout FROM TO		  where Debian's folder FROM (as "usr/lib/python3") goes
#	drop FILE*		  removes; something must match
#	trim FILE*		  removes what is there
#	move FROM TO		  FROM must be there
#	link FILE TARGET	  makes a symlink with this text
#	copy SOURCE FILE	  a file from the store
#	write FILE TEXT		  a file with this text
#	wrap FILE* CODE		  a script in the program's place, which runs this shell code before it
#	concat FILE FILE*	  all that match, by name, into one
#	replace FILE* OLD NEW	  every occurrence in a text; each file must have one
#	paths FILE*		  in texts, every path that the output or a dependency has
#	config FILE*		  the same in packages of CMake and NAME-config scripts, whose prefix is worked
#				  out or /usr; where there are any
#	bytes FILE OLD NEW COUNT  in a binary, at the same length, exactly COUNT times
#	redirect FILE OLD NEW	  in a library for x86-64, another string of any length in this one's place
#	sweep FROM TO		  in every ELF object, strings that begin with FROM, at the same length
#	untouched FILE*		  ELF objects that patchelf must leave alone
#	needed FILE SONAME	  one more NEEDED
#	search FILE* FOLDER	  one more folder in RUNPATH, for what an object opens itself
#	rpath FILE*		  DT_RPATH instead of RUNPATH: it also holds for what the object loads
#	missing SONAME		  a NEEDED that nothing here provides, on purpose
#	dangling FILE*		  a symlink that points nowhere is left out instead of an error
#	compile PYTHON FOLDER*	  bytecode beside every .py, by that interpreter
{ lib, fetch, platform, packages, locked, fromSource, groups }:

let
  families = [
    ./base.nix
    ./build.nix
    ./cc.nix
    ./commands.nix
    ./desktop.nix
    ./libraries.nix
    ./python.nix
    ./tools.nix
    ./torch.nix
  ];

  # What families share.
  args = {
    inherit lib fetch platform packages locked fromSource groups;

    # A path compiled into a binary, sent to where nothing is: /nix holds store and var only, and /usr,
    # /etc and /lib are exactly as long.
    away = file: path: count:
      let rest = builtins.match "/(usr|etc|lib)/(.*)" path; in
      [ "bytes" file path "/nix/${builtins.elemAt rest 1}" (toString count) ];

    # Shell code for `wrap`: what a user has set counts.
    default = variable: value: "export ${variable}=\${${variable}-${value}}";

    # Scripts that ask for a shell get ours.
    withShell = group: group // { deps = group.deps or [ ] ++ [ "bash" ]; };
    withPerl = group: group // { deps = group.deps or [ ] ++ [ "bash" "perl" ]; };
  };

  # A name in two families would be a group that nobody gets.
  add = all: family:
    let
      more = import family args;
      twice = builtins.attrNames (builtins.intersectAttrs all more);
    in
    if twice == [ ] then all // more
    else throw "debian: ${toString family} and an earlier family both have '${builtins.head twice}'";
in
builtins.foldl' add { } families
