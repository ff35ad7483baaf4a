#!/usr/bin/env python3
"""Random calls of builtins, and the comparison of their answers.

  gen_builtins.py make SEED COUNT DIR   writes DIR/NNN.nix, each a list of 200 cases, and DIR/cases
  gen_builtins.py compare DIR NAME A B  compares the answers (JSON lists of texts) in files A and B

Every case is an expression that evaluates; its answer is its value as XML, in which each Nix writes
numbers the same way. `cases` names the builtin that each case is about, so that a version of Nix
that lacks it, or answers otherwise for a reason (builtins.differences), can be compared all the
same.
"""
import json
import random
import sys

BATCH = 200


def nix_string(s):
    out = s.replace("\\", "\\\\").replace('"', '\\"').replace("${", "\\${")
    out = out.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    return f'"{out}"'


class Gen:
    def __init__(self, seed):
        self.r = random.Random(seed)

    def pick(self, *choices):
        return self.r.choice(choices)

    def word(self):
        return "".join(self.r.choice("abcxyz") for _ in range(self.r.randint(0, 4)))

    def raw(self):
        kind = self.r.randint(0, 5)
        if kind == 0:
            return self.word()
        if kind == 1:
            return "".join(self.r.choice('ab"\\$ {}\n\té€😀/-.') for _ in range(self.r.randint(0, 12)))
        if kind == 2:
            return "/".join(self.word() for _ in range(self.r.randint(1, 4)))
        return "".join(self.r.choice("aab-.1203 ") for _ in range(self.r.randint(0, 10)))

    def int(self):
        n = self.pick(0, 1, -1, self.r.randint(-9, 9), self.r.randint(-10**6, 10**6),
                      self.r.randint(-2**62, 2**62))
        return f"({n})"

    def small(self):
        return str(self.r.randint(0, 12))

    def float(self):
        n = self.pick(0.5, -0.5, 1.0, self.r.uniform(-100, 100), self.r.uniform(-1, 1) * 10 ** self.r.randint(-9, 9))
        return f"({n:.6f})"

    def string(self):
        return nix_string(self.raw())

    def ascii(self):
        """Where bytes may be torn apart."""
        return nix_string("".join(self.r.choice("aabc-./x1 ") for _ in range(self.r.randint(0, 12))))

    def scalar(self):
        return self.pick(self.int, self.float, self.string, self.bool, lambda: "null")()

    def bool(self):
        return self.pick("true", "false")

    def value(self, depth=2):
        if depth == 0 or self.r.random() < 0.5:
            return self.scalar()
        if self.r.random() < 0.5:
            return self.list(lambda: self.value(depth - 1))
        return self.set(lambda: self.value(depth - 1))

    def list(self, item, low=0, high=6):
        return "[ " + " ".join(item() for _ in range(self.r.randint(low, high))) + " ]"

    def name(self):
        return self.pick("a", "b", "c", "d", "e", nix_string(self.word() or "q"), '"x y"', '"1"', "zz")

    def set(self, item, low=0, high=6):
        names = {self.name() for _ in range(self.r.randint(low, high))}
        # A name may be written in two ways.
        seen, parts = set(), []
        for n in sorted(names):
            if n.strip('"') not in seen:
                seen.add(n.strip('"'))
                parts.append(f"{n} = {item()};")
        return "{ " + " ".join(parts) + " }"

    def ints(self):
        return self.list(self.int)

    def strings(self):
        return self.list(self.string)

    def version(self):
        parts = [self.pick("1", "2", "10", "a", "pre", "rc1", "0", "99999999999", "", "beta2", "01")
                 for _ in range(self.r.randint(0, 5))]
        return nix_string("".join(p + self.pick(".", "-", "", "_") for p in parts))

    def regex(self, depth=2):
        out = ""
        for _ in range(self.r.randint(0, 4)):
            k = self.r.randint(0, 9 if depth else 6)
            atom = (self.pick("a", "b", "c") if k < 3 else "." if k == 3 else
                    self.pick("[ab]", "[^a]", "[a-c]", "[[:alpha:]]", "[]a]", "[^]b-]", "[[:space:]]", "[0-9]") if k == 4 else
                    self.pick("\\.", "\\(", "\\[", "-", " ") if k == 5 else
                    self.pick("a", "^", "$") if k == 6 else "(" + self.regex(depth - 1) + ")")
            if atom not in ("^", "$"):
                atom += self.pick("", "", "", "*", "+", "?", "{2}", "{0,2}", "{1,}")
            out += atom
        if depth and self.r.random() < 0.3:
            out += "|" + self.regex(depth - 1)
        return out

    def json(self, depth=3):
        k = self.r.randint(0, 7 if depth else 4)
        if k == 0:
            return self.pick("null", "true", "false")
        if k == 1:
            return str(self.r.randint(-2**63, 2**63 - 1)) if self.r.random() < 0.3 else str(self.r.randint(-99, 99))
        if k == 2:
            return self.pick("0.5", "-1.25e3", "1e10", "123456.789", "1E-5", "-0.0", "1.7976931348623157e308",
                             "123456789012345678901234567890", repr(self.r.uniform(-1e6, 1e6)))
        if k in (3, 4):
            return json.dumps(self.raw(), ensure_ascii=self.r.random() < 0.5)
        blank = self.pick("", " ", "\n\t")
        if k in (5, 6):
            return "[" + blank + ",".join(self.json(depth - 1) + blank for _ in range(self.r.randint(0, 4))) + "]"
        return "{" + ",".join(blank + json.dumps(self.word()) + blank + ":" + self.json(depth - 1)
                              for _ in range(self.r.randint(0, 4))) + blank + "}"

    def pred(self):
        return self.pick("(x: x > 0)", "(x: x < 100)", "(x: true)", "(x: false)", "(x: builtins.isInt x && x != 1)")

    # One method for each builtin: an expression about it.
    def b_add(self): return f"builtins.{self.pick('add', 'sub')} {self.small()} {self.pick(self.int, self.float)()}"
    def b_mul(self): return f"builtins.mul {self.small()} (-{self.small()})"
    def b_div(self): return f"builtins.div {self.int()} {self.r.randint(1, 99)}"
    def b_bits(self): return f"builtins.{self.pick('bitAnd', 'bitOr', 'bitXor')} {self.int()} {self.int()}"
    def b_ceil(self): return f"builtins.{self.pick('ceil', 'floor')} {self.float()}"
    def b_lessThan(self):
        kind = self.pick(self.int, self.float, self.string, self.ints, self.strings)
        return f"builtins.lessThan {kind()} {kind()}"
    def b_typeOf(self): return f"map builtins.typeOf {self.list(self.value)}"
    def b_is(self):
        f = self.pick("isInt", "isFloat", "isString", "isBool", "isNull", "isList", "isAttrs", "isFunction", "isPath")
        return f"map builtins.{f} ({self.list(self.value)} ++ [ (x: x) ./. builtins.head ])"
    def b_elemAt(self): return f"builtins.elemAt {self.list(self.value, 4, 8)} {self.r.randint(0, 3)}"
    def b_head(self): return f"builtins.{self.pick('head', 'tail')} {self.list(self.value, 1, 5)}"
    def b_length(self): return f"builtins.length {self.list(self.value)}"
    def b_map(self): return f"map {self.pick('(x: [ x ])', 'builtins.typeOf', '(x: x)')} {self.list(self.value)}"
    def b_genList(self): return f"builtins.genList {self.pick('(x: x * x)', 'toString', '(x: [ x ])')} {self.small()}"
    def b_filter(self): return f"builtins.filter {self.pred()} {self.ints()}"
    def b_partition(self): return f"builtins.partition {self.pred()} {self.ints()}"
    def b_elem(self): return f"builtins.elem {self.value(1)} {self.list(lambda: self.value(1))}"
    def b_concatLists(self): return f"builtins.concatLists {self.list(self.ints)}"
    def b_concatMap(self): return f"builtins.concatMap {self.pick('(x: [ x x ])', '(x: [ ])', '(x: [ x ])')} {self.ints()}"
    def b_foldl(self):
        return f"builtins.foldl' {self.pick('(a: b: a + b)', '(a: b: [ a b ])', '(a: b: b)', '(a: b: b - a)')} 7 {self.list(self.small)}"
    def b_any(self): return f"builtins.{self.pick('any', 'all')} {self.pred()} {self.ints()}"
    def b_sort(self):
        kind = self.pick(self.int, self.string, self.float)
        less = self.pick("builtins.lessThan", "(a: b: a < b)", "(a: b: b < a)", "(a: b: false)")
        return f"builtins.sort {less} {self.list(kind, 0, 20)}"
    def b_sort_stable(self):
        pair = lambda: f"{{ k = {self.r.randint(0, 3)}; v = {self.small()}; }}"
        return f"builtins.sort (a: b: a.k < b.k) {self.list(pair, 0, 25)}"
    def b_groupBy(self): return f"builtins.groupBy (x: builtins.substring 0 1 (toString x)) {self.list(self.int)}"
    def b_genericClosure(self):
        return ("builtins.genericClosure { startSet = [ { key = %s; } ]; operator = x: if x.key > 30 then [ ] else "
                "[ { key = x.key * 2 + 1; } { key = x.key + %d; } ]; }" % (self.small(), self.r.randint(1, 9)))
    def b_attrNames(self): return f"builtins.{self.pick('attrNames', 'attrValues')} {self.set(self.value)}"
    def b_getAttr(self): return f"builtins.getAttr \"a\" ({self.set(self.value)} // {{ a = {self.value()}; }})"
    def b_hasAttr(self): return f"builtins.hasAttr {nix_string(self.word())} {self.set(self.scalar)}"
    def b_removeAttrs(self): return f"removeAttrs {self.set(self.scalar)} {self.list(lambda: self.pick(nix_string(self.word()), chr(34) + self.pick(*'abcd') + chr(34)))}"
    def b_listToAttrs(self):
        pair = lambda: f"{{ name = {nix_string(self.word())}; value = {self.scalar()}; }}"
        return f"builtins.listToAttrs {self.list(pair, 0, 12)}"
    def b_intersectAttrs(self): return f"builtins.intersectAttrs {self.set(self.scalar)} {self.set(self.scalar)}"
    def b_catAttrs(self): return f"builtins.catAttrs \"{self.pick(*'abc')}\" {self.list(lambda: self.set(self.scalar))}"
    def b_functionArgs(self): return f"builtins.functionArgs {self.pick('(x: x)', '({ a, b ? 1, ... }: a)', '({ zz ? 2, c }@q: q)', 'builtins.head', '({ }: 1)', '(builtins.elemAt [ ])')}"
    def b_mapAttrs(self): return f"builtins.mapAttrs {self.pick('(n: v: [ n v ])', '(n: v: n)', '(n: v: v)')} {self.set(self.value)}"
    def b_zipAttrsWith(self): return f"builtins.zipAttrsWith {self.pick('(n: vs: { inherit n vs; })', '(n: vs: builtins.length vs)')} {self.list(lambda: self.set(self.scalar))}"
    def b_toString(self): return f"toString {self.pick(self.scalar, lambda: self.list(self.scalar))()}"
    def b_stringLength(self): return f"builtins.stringLength {self.string()}"
    def b_substring(self): return f"builtins.substring {self.small()} {self.pick(self.small(), '(-1)', '0')} {self.ascii()}"
    def b_concatStringsSep(self): return f"builtins.concatStringsSep {self.string()} {self.strings()}"
    def b_replaceStrings(self):
        n = self.r.randint(0, 4)
        froms = [nix_string(self.pick(self.word(), "a", "", "ab", "-", "aa")) for _ in range(n)]
        return f"builtins.replaceStrings [ {' '.join(froms)} ] [ {' '.join(self.string() for _ in range(n))} ] {self.ascii()}"
    def b_match(self): return f"builtins.match {nix_string(self.regex())} {nix_string(''.join(self.r.choice('abc. ') for _ in range(self.r.randint(0, 7))))}"
    def b_split(self): return f"builtins.split {nix_string(self.regex())} {nix_string(''.join(self.r.choice('abc. ') for _ in range(self.r.randint(0, 9))))}"
    def b_compareVersions(self): return f"builtins.compareVersions {self.version()} {self.version()}"
    def b_splitVersion(self): return f"builtins.splitVersion {self.version()}"
    def b_parseDrvName(self): return f"builtins.parseDrvName {self.pick(self.version(), nix_string(self.word() + '-' + self.word() + '-1.2'), self.string())}"
    def b_hashString(self): return f"builtins.hashString \"{self.pick('md5', 'sha1', 'sha256', 'sha512')}\" {self.string()}"
    def b_convertHash(self):
        return (f"builtins.convertHash {{ hash = builtins.hashString \"sha256\" {self.string()}; hashAlgo = \"sha256\"; "
                f"toHashFormat = \"{self.pick('base16', 'nix32', 'base64', 'sri')}\"; }}")
    def b_fromJSON(self): return f"builtins.fromJSON {nix_string(self.json())}"
    def b_toJSON(self): return f"builtins.toJSON {self.value(3)}"
    def b_toXML(self): return f"builtins.toXML {self.value(3)}"
    def b_fromTOML(self):
        lines = [f"{self.pick('a', 'b.c', 'd')}{i} = {self.pick('1', '-2', 'true', '1.5', chr(34) + self.word() + chr(34), '[1, 2]', '{ x = 1 }', '0x1F', '1_000')}" for i in range(self.r.randint(0, 4))]
        return f"builtins.fromTOML {nix_string(chr(10).join(lines))}"
    def b_tryEval(self): return f"builtins.tryEval ({self.pick('throw ' + self.string(), self.value(), 'assert false; 1')})"
    def b_seq(self): return f"builtins.{self.pick('seq', 'deepSeq')} {self.value()} {self.value()}"
    def b_baseNameOf(self): return f"{self.pick('baseNameOf', 'dirOf')} {self.string()}"
    def b_dirOf(self): return f"toString (dirOf {self.pick('/a/b/c', '/a', '/.', '/a/../b')})"
    def b_placeholder(self): return f"placeholder {nix_string(self.word())}"
    def b_context(self):
        p = "/nix/store/%s-x" % "".join(self.r.choice("0123456789abcdfghijklmnpqrsvwxyz") for _ in range(32))
        drv = p + ".drv"
        ctx = self.pick(f'{{ "{p}" = {{ path = true; }}; }}', f'{{ "{drv}" = {{ outputs = [ "out" "dev" "bin" ]; }}; }}',
                        f'{{ "{drv}" = {{ allOutputs = true; path = true; }}; }}', "{ }")
        f = self.pick("getContext (%s)", "hasContext (%s)", "getContext (builtins.unsafeDiscardOutputDependency (%s))",
                      "hasContext (builtins.unsafeDiscardStringContext (%s))", "getContext (builtins.substring 0 1 (%s))",
                      'getContext (builtins.concatStringsSep "," [ (%s) "b" ])',
                      'getContext (builtins.replaceStrings [ "a" ] [ (%s) ] "banana")',
                      'getContext (baseNameOf (%s))', 'getContext (builtins.toJSON [ (%s) ])')
        return "builtins." + f % f"builtins.appendContext {self.ascii()} {ctx}"
    def b_filterAttrs(self): return f"builtins.listToAttrs (map (n: {{ name = n; value = n + n; }}) (builtins.attrNames {self.set(self.scalar)}))"
    def b_flakeRef(self):
        ref = self.pick("nixpkgs", "nixpkgs/24.05", "github:NixOS/nixpkgs", "github:o/r/main?dir=lib", "path:/a/b?narHash=sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                        "git+https://example.org/x.git?ref=main&shallow=1", "https://example.org/a.tar.gz", "/some/where", "gitlab:a/b?host=git.example.org",
                        "sourcehut:~user/repo/0123456789012345678901234567890123456789", "flake:x/y", "git+ssh://git@example.org/r?rev=0123456789012345678901234567890123456789",
                        "tarball+https://example.org/x", "file+https://example.org/x", "path:/x%20y?lastModified=5")
        return self.pick(f'builtins.parseFlakeRef "{ref}"', f'builtins.flakeRefToString (builtins.parseFlakeRef "{ref}")')

    def case(self):
        methods = [m for m in dir(self) if m.startswith("b_")]
        m = self.r.choice(methods)
        return m[2:], getattr(self, m)()


def make(seed, count, where):
    g = Gen(seed)
    names = []
    for start in range(0, count, BATCH):
        cases = [g.case() for _ in range(min(BATCH, count - start))]
        with open(f"{where}/{start // BATCH:03}.nix", "w") as f:
            f.write("{ skip }: builtins.map (c: if builtins.elem c.n skip then \"\" else builtins.toXML c.v) [\n")
            for name, expr in cases:
                f.write(f"  {{ n = \"{name}\"; v = {expr}; }}\n")
            f.write("]\n")
        names += [name for name, _ in cases]
    with open(f"{where}/cases", "w") as f:
        f.write("\n".join(names) + "\n")


def compare(where, batch, a, b):
    with open(f"{where}/{batch}.nix") as f:
        lines = f.read().split("\n")[1:]
    with open(a) as fa, open(b) as fb:
        left, right = json.load(fa), json.load(fb)
    bad = 0
    for line, x, y in zip(lines, left, right):
        if x != y and x != "" and y != "":
            bad += 1
            print(f"{line.strip()}\n  {x!r}\n  {y!r}")
    if len(left) != len(right):
        bad += 1
        print(f"{len(left)} answers and {len(right)}")
    return 1 if bad else 0


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
    else:
        sys.exit(compare(*sys.argv[2:6]))
