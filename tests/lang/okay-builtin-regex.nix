# What std::regex answers, also where POSIX would have it otherwise.
let
  inherit (builtins) match split;
in
{
  match = [
    (match "ab" "abc")
    (match "a(b)(c)?" "ab")
    (match "(a|ab)(c|bcd)(d*)" "abcd")
    (match "((a)|b)*" "ab")
    (match "(a*)*" "aa")
    (match "[[:space:]]*([[:digit:]]+)[[:space:]]*" " 42\n")
    (match "([a-z]+)://([^/:]+)(:([0-9]+))?(/.*)?" "https://example.org/x?y")
    (match "[]a^-]+" "]^-a")
    (match "\\.\\(\\)\\\\" ".()\\")
    (match "(.*)\\.nix" "a.b.nix")
  ];
  split = [
    (split "(a)b" "abc")
    (split "([ac])" "abc")
    (split "(a)|(c)" "abc")
    (split "([[:upper:]]+)" " FOO ")
    (split "" "ab")
    (split "x" "ab")
    (split "a?(ab)?" "ab")
    (split "^a" "aa")
    (split "[[:space:]]+" "two  words\tor more")
  ];
}
