# Lists.
{ lib }:

let
  inherit (builtins)
    any all concatLists concatMap elem elemAt filter foldl' genList head length partition sort
    tail groupBy;
in
rec {
  inherit (builtins) isList;
  inherit any all concatLists concatMap elem elemAt filter genList head length partition sort tail
    foldl' groupBy map;

  singleton = x: [ x ];
  optional = cond: x: if cond then [ x ] else [ ];
  optionals = cond: xs: if cond then xs else [ ];
  toList = x: if builtins.isList x then x else [ x ];
  forEach = xs: f: map f xs;
  range = first: last: if first > last then [ ] else genList (n: first + n) (last - first + 1);
  replicate = n: x: genList (_: x) n;
  flatten = x: if builtins.isList x then concatMap flatten x else [ x ];

  foldr = op: nul: xs:
    let
      n = length xs;
      go = i: if i == n then nul else op (elemAt xs i) (go (i + 1));
    in
    go 0;
  fold = foldr;
  foldl = op: nul: xs:
    let go = i: if i == -1 then nul else op (go (i - 1)) (elemAt xs i);
    in go (length xs - 1);

  imap0 = f: xs: genList (n: f n (elemAt xs n)) (length xs);
  imap1 = f: xs: genList (n: f (n + 1) (elemAt xs n)) (length xs);
  ifilter0 = f: xs:
    map (i: elemAt xs i) (filter (i: f i (elemAt xs i)) (genList (i: i) (length xs)));
  concatAttrValues = set: concatLists (builtins.attrValues set);
  concatImap0 = f: xs: concatLists (imap0 f xs);

  last = xs: lib.throwIf (xs == [ ]) "lists.last: list must not be empty!" (elemAt xs (length xs - 1));
  init = xs: lib.throwIf (xs == [ ]) "lists.init: list must not be empty!" (take (length xs - 1) xs);
  take = n: xs: sublist 0 n xs;
  takeEnd = n: xs: drop (lib.max 0 (length xs - n)) xs;
  drop = n: xs: sublist n (length xs) xs;
  dropEnd = n: xs: take (lib.max 0 (length xs - n)) xs;
  sublist = start: count: xs:
    let len = length xs;
    in genList (n: elemAt xs (n + start))
      (if start >= len then 0 else if start + count > len then len - start else count);
  replaceElemAt = xs: i: x:
    if i < 0 || i >= length xs then throw "lists.replaceElemAt: index ${toString i} is outside a list of ${toString (length xs)}"
    else imap0 (j: old: if i == j then x else old) xs;
  reverseList = xs: let l = length xs; in genList (n: elemAt xs (l - n - 1)) l;
  hasPrefix = prefix: xs: take (length prefix) xs == prefix;
  removePrefix = prefix: xs:
    if hasPrefix prefix xs then drop (length prefix) xs
    else throw "lists.removePrefix: First argument is not a list prefix of the second argument";
  commonPrefix = a: b:
    let
      n = lib.min (length a) (length b);
      go = i: if i == n || elemAt a i != elemAt b i then i else go (i + 1);
    in
    take (go 0) a;

  remove = x: filter (y: y != x);
  subtractLists = xs: filter (y: !(elem y xs));
  intersectLists = xs: filter (y: elem y xs);
  mutuallyExclusive = a: b: length a == 0 || !(any (x: elem x a) b);
  unique = foldl' (acc: x: if elem x acc then acc else acc ++ [ x ]) [ ];
  uniqueStrings = xs: builtins.attrNames (groupBy lib.id xs);
  allUnique = xs: length (unique xs) == length xs;
  count = pred: foldl' (n: x: if pred x then n + 1 else n) 0;

  findSingle = pred: default: multiple: xs:
    let found = filter pred xs; n = length found;
    in if n == 0 then default else if n > 1 then multiple else head found;
  findFirstIndex = pred: default: xs:
    let
      n = length xs;
      go = i: if i == n then default else if pred (elemAt xs i) then i else go (i + 1);
    in
    go 0;
  findFirst = pred: default: xs:
    let i = findFirstIndex pred null xs; in if i == null then default else elemAt xs i;

  zipListsWith = f: a: b: genList (n: f (elemAt a n) (elemAt b n)) (lib.min (length a) (length b));
  zipLists = zipListsWith (fst: snd: { inherit fst snd; });
  crossLists = f: foldl (fs: args: concatMap (f: map f args) fs) [ f ];
  groupBy' = op: nul: pred: xs: lib.mapAttrs (_: foldl op nul) (groupBy pred xs);

  sortOn = f: xs: map (x: elemAt x 1) (sort (a: b: head a < head b) (map (x: [ (f x) x ]) xs));
  compareLists = cmp: a: b:
    if a == [ ] then (if b == [ ] then 0 else -1)
    else if b == [ ] then 1
    else
      let rel = cmp (head a) (head b);
      in if rel == 0 then compareLists cmp (tail a) (tail b) else rel;
  naturalSort = xs:
    let
      key = x: map (p: if builtins.isList p then lib.toInt (head p) else p) (builtins.split "(0|[1-9][0-9]*)" x);
      less = a: b: compareLists lib.compare (elemAt a 0) (elemAt b 0) < 0;
    in
    map (x: elemAt x 1) (sort less (map (x: [ (key x) x ]) xs));
  listDfs = stopOnCycles: before: list:
    let
      go = us: visited: rest:
        let
          c = filter (x: before x us) visited;
          b = partition (x: before x us) rest;
        in
        if stopOnCycles && c != [ ] then { cycle = us; loops = c; inherit visited rest; }
        else if b.right == [ ] then { minimal = us; inherit visited rest; }
        else go (head b.right) ([ us ] ++ visited) (tail b.right ++ b.wrong);
    in
    go (head list) [ ] (tail list);
  toposort = before: list:
    let
      found = listDfs true before list;
      rest = toposort before (found.visited ++ found.rest);
    in
    if length list < 2 then { result = list; }
    else if found ? cycle then { cycle = reverseList ([ found.cycle ] ++ found.visited); inherit (found) loops; }
    else if rest ? cycle then rest
    else { result = [ found.minimal ] ++ rest.result; };
}
