# `[build.NAME]` of an environment's manifest: its command, run in the sandbox with the environment's
# programs on PATH; or, of one that ran outside, what it made (`made`, at the place `from`), which is put in its
# place here. Programs of the result find the packages of `runtime`, which is the environment itself unless
# runtime-packages say less.
set: { pname, version, description, profile, runtime, needs, vars ? "", command ? "", project ? null, made ? null, from ? "" }:
let
  inherit (set) lib;
  at = path: builtins.storePath path;
  # Of a project that is no repository what an environment keeps for itself is no source; of others git says.
  isSource = path: type:
    let name = baseNameOf path; in
    !(name == ".git" || lib.hasSuffix "/.flox/run" path || lib.hasSuffix "/.flox/cache" path || lib.hasSuffix "/.flox/log" path
      || type == "symlink" && lib.hasPrefix "result" name);
  run = ''
    cp -r "$src/." work
    chmod -R u+w work
    cd work
    export FLOX_ENV=$profile PATH=$profile/bin:$PATH HOME=$NIX_BUILD_TOP
    cat "$varsPath" "$commandPath" >"$NIX_BUILD_TOP/command.sh"
    bash -e "$NIX_BUILD_TOP/command.sh"
    cd ..
  '';
  take = ''
    cp -a "$made" "$out"
    chmod -R u+w "$out"
    export LC_ALL=C
    find "$out" -type f -exec grep -qF -- "$from" '{}' ';' -exec sed -i "s|$from|$out|g" '{}' ';'
    find "$out" -type l | while IFS= read -r link; do
      to=$(readlink "$link")
      case $to in "$from"*) ln -sfn "$out''${to#"$from"}" "$link" ;; esac
    done
  '';
in
set.stdenvNoCC.mkDerivation {
  inherit pname version vars command from;
  passAsFile = [ "vars" "command" ];
  profile = at profile;
  runtime = at runtime;
  needs = map at needs;
  src = if project == null then null else builtins.path { path = project; name = "source"; filter = isSource; };
  made = if made == null then null else at made;
  nativeBuildInputs = [ set.makeWrapper ];
  preferLocalBuild = true;
  meta.description = description;
  buildCommand = (if made == null then run else take) + ''
    [ -e "$out" ] || { echo "error: the command made nothing at \$out" >&2; exit 1; }
    for program in "$out"/bin/*; do
      if [ -f "$program" ] && [ -x "$program" ] && [ ! -L "$program" ]; then
        wrapProgram "$program" --prefix PATH : "$runtime/bin"
      fi
    done
  '';
}
