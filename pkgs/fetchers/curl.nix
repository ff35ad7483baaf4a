# Options of curl that a recipe gives, as what kiln's own fetching takes: header lines. What changes
# nothing of a fetched file is passed over, and anything else refused.
{ lib }:

let
  inherit (lib) words;
  headerOf = {
    "-H" = x: x;
    "--header" = x: x;
    "-A" = x: "User-Agent: ${x}";
    "--user-agent" = x: "User-Agent: ${x}";
    "-e" = x: "Referer: ${x}";
    "--referer" = x: "Referer: ${x}";
    "-b" = x: "Cookie: ${x}";
    "--cookie" = x: "Cookie: ${x}";
  };
  # kiln follows, retries and resumes by itself, and reads netrc where there is one.
  idle = [
    "-L" "--location" "-f" "--fail" "-s" "--silent" "-S" "--show-error" "-g" "--globoff" "--compressed" "--disable-epsv"
    "-n" "--netrc" "--netrc-optional" "--http1.1" "--http2" "--no-http2" "-#" "--progress-bar" "--retry-all-errors" "--ipv4" "-4"
  ];
  idleWithOne = [ "--retry" "--retry-delay" "--retry-max-time" "--connect-timeout" "--max-time" "-m" "--speed-time" "--speed-limit" "-C" "--continue-at" "--max-redirs" ];
in
who: args:
let
  field = if args.curlOptsList or [ ] != [ ] then "curlOptsList" else "curlOpts";
  given = args.curlOptsList or [ ]
    ++ lib.filter (w: w != "") (lib.splitString " " (lib.replaceStrings [ "\n" "\t" ] [ " " " " ] (toString (args.curlOpts or ""))));

  refuse = option: throw (words.told "${who}: curl's option '${option}' is not known here" (words.place field args)
    [ (if lib.elem option [ "-u" "--user" ]
      then "credentials are read from ~/.netrc, or the file that NETRC in the environment names"
      else "leave it out; -H \"Name: value\" in curlOptsList adds a header") ]);
  # A text's words cannot hold blanks.
  split = option: throw (words.told "${who}: curlOpts is split at blanks, and '${option}' takes a value that has some" (words.place "curlOpts" args)
    [ "say curlOptsList = [ \"${option}\" \"Name: value\" ]" ]);

  go = list:
    let
      option = lib.head list;
      rest = lib.tail list;
      value = if rest == [ ] then throw (words.told "${who}: curl's option '${option}' needs a value" (words.place field args) [ ]) else lib.head rest;
      joined = builtins.match "(-[HAeb])(.+)" option;
    in
    if list == [ ] then [ ]
    else if lib.elem option idle then go rest
    else if lib.elem option idleWithOne then builtins.seq value (go (lib.tail rest))
    else if headerOf ? ${option} then
      (if field == "curlOpts" && builtins.match ".*[:\"'].*" value != null then split option
      else [ (headerOf.${option} value) ] ++ go (lib.tail rest))
    else if joined != null then [ (headerOf.${lib.head joined} (lib.elemAt joined 1)) ] ++ go rest
    else refuse option;
in
if !builtins.isList (args.curlOptsList or [ ]) then
  throw (words.told "${who}: curlOptsList is a ${builtins.typeOf args.curlOptsList}, expected a list" (words.place "curlOptsList" args) [ "write each word of the options between quotes, in brackets" ])
else lib.concatStringsSep "\n" (go given)
