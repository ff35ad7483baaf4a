# Locks, which programs write: one that a hand has changed is refused with its entry and line.
{ lib }:

let
  inherit (builtins) all attrNames elem filter fromJSON head isAttrs isList isString match readFile;
  inherit (lib) words;

  # The line on which the last of these keys stands, each looked for behind the one before it; null where
  # there is none. Only failures read a lock as text.
  lineOf = file: keys:
    let
      found = lib.foldl'
        (at: line:
          if at.keys == [ ] then at
          else {
            keys = if lib.hasInfix "\"${head at.keys}\":" line then lib.tail at.keys else at.keys;
            line = at.line + 1;
          })
        { inherit keys; line = 0; }
        (lib.splitString "\n" (readFile file));
    in
    if found.keys == [ ] then found.line else null;
in
rec {
  # What a file has, whose member `field` must say 1. remake is what to type.
  read = { file, field ? "version", remake }:
    let
      lock = builtins.addErrorContext "in the lock '${toString file}'\nhint: ${cure remake}" (fromJSON (readFile file));
      version = lock.${field} or null;
    in
    if version == 1 then lock
    else wrong { inherit file remake; keys = [ field ]; } "its ${field} is ${lib.generators.toPretty { } version}, and this set knows 1";

  cure = remake: "take it back from version control, or make it anew by ${remake}";
  # what: what is wrong with the entry at keys.
  wrong = { file, keys, remake }: what:
    let line = lineOf file keys; in
    throw (words.told
      "the lock '${toString file}'${lib.optionalString (line != null) ", line ${toString line}"}, entry '${lib.last keys}': ${what}"
      "" [ (cure remake) ]);

  isHash = x: isString x && match "[0-9a-f]{64}" x != null;
  isText = x: isString x && x != "";
  # A relative path that stays below where it begins.
  isPath = x: isString x && match "[^/.][^/]*(/[^/.][^/]*)*" x != null;
  isFile = x: isPath x && match "[^/]*" x != null;

  # An entry as it is, or why not. quick says true of what is well, at less cost than a close look: every
  # package asks it of all that it needs. fields: what each is, a test, or a set that has all names which the
  # field lists; an entry has every one that is not among `optional`.
  checked = at: quick: fields: optional: row: if isAttrs row && quick row then row else look at fields optional row;
  look = at: fields: optional: row:
    let
      isIn = set: n: isString n && set ? ${n};
      fits = f: x: if isAttrs f then isList x && all (isIn f) x else f x;
      ok = n: if row ? ${n} then fits fields.${n} row.${n} else elem n optional;
      bad = filter (n: !(ok n)) (attrNames fields);
      n = head bad;
      strangers = filter (x: !(isIn fields.${n} x)) row.${n};
      show = lib.generators.toPretty { multiline = false; };
    in
    if !isAttrs row then wrong at "it is a ${builtins.typeOf row}, expected a set"
    else if bad == [ ] then row
    else if !(row ? ${n}) then wrong at "it has no '${n}'"
    else if isAttrs fields.${n} && isList row.${n} then wrong at "its '${n}' names ${show (head strangers)}, which is not there"
    else wrong at "its '${n}' cannot be ${show row.${n}}";
}
