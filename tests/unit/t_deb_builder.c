/* SPDX-License-Identifier: MIT
 *
 * builtin:kiln-deb-1 up to ELF objects: rules, layout, the index of libraries, and, where dpkg-deb
 * is installed to make them, whole packages. What relocated objects do is shown by the demo's
 * tests. */
#include <elf.h>
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"
#include "deb/builder_deb.h"
#include "deb/deb_int.h"
#include "deb/layout.h"
#include "deb/libraries.h"
#include "deb/rules.h"
#include "store/derivation.h"
#include "tap.h"

static char *work;

static void test_rules(void)
{
	ARENA(a);
	ERR(err);
	struct deb_rules r;

	IS_OK(deb_rules_parse(
		      &a, S("drop\tshare/*\n\nbytes\tf\ta\\0b\\\\\tx\\n\\ty\t2\nlink\tf\t@out@/x"),
		      S("/s/out"), &r, &err),
	      err, "rules");
	IS_INT(r.n, 3, "empty lines are none");
	IS_INT(r.v[1].line, 3, "a rule knows its line");
	IS_STR(r.v[1].arg[1], S("a\0b\\"), "escapes");
	IS_STR(r.v[2].arg[1], S("/s/out/x"), "the output's path");
	OK(deb_rules_match(&r, DEB_DROP, S("share/doc")) &&
		   !deb_rules_match(&r, DEB_DROP, S("share/doc/x")) &&
		   !deb_rules_match(&r, DEB_TRIM, S("share/doc")),
	   "globs stop at a slash");
	IS_ERR(deb_rules_parse(&a, S("drop\ta\nfrobnicate\tb"), S("/o"), &r, &err), err,
	       ERR_CORRUPT, "an unknown verb");
	IS_ERR(deb_rules_parse(&a, S("move\ta"), S("/o"), &r, &err), err, ERR_CORRUPT,
	       "too few words");
	IS_ERR(deb_rules_parse(&a, S("drop\ta\tb"), S("/o"), &r, &err), err, ERR_CORRUPT,
	       "too many words");
	IS_ERR(deb_rules_parse(&a, S("drop\ta\\q"), S("/o"), &r, &err), err, ERR_CORRUPT,
	       "an unknown escape");
}

static void test_layout(void)
{
	static const char *const cases[][2] = {
		{"usr/bin/env", "bin/env"},
		{"sbin/init", "bin/init"},
		{"usr/lib/x86_64-linux-gnu/libz.so.1", "lib/libz.so.1"},
		{"lib/x86_64-linux-gnu", "lib"},
		{"lib64/ld.so", "lib/ld.so"},
		{"usr/lib/x86_64-linux-gnux/f", "lib/x86_64-linux-gnux/f"},
		{"usr/lib/python3/dist-packages/a/b.py", "site/a/b.py"},
		{"usr/share/x", "share/x"},
		{"etc/x", "etc/x"},
		{"usr", ""},
		{"var/lib/x", NULL},
		{"usrx/bin", NULL},
	};
	ARENA(a);
	ERR(err);
	struct deb_rules r;
	struct deb_layout l;

	IS_OK(deb_rules_parse(&a, S("layout\tusr/lib/python3/dist-packages\tsite"), S("/o"), &r,
			      &err),
	      err, "a layout rule");
	deb_layout_init(&a, S("x86_64-linux-gnu"), &r, &l);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str got = S("(left out)");

		deb_layout_map(&l, &a, str_c(cases[i][0]), &got);
		IS_STR(got, cases[i][1] ? str_c(cases[i][1]) : S("(left out)"), cases[i][0]);
	}
}

static void test_libraries(void)
{
	struct libraries l CLEANUP(libraries_release) = {0};
	struct str folder = STR_NULL;

	OK(library_name(S("libz.so.1")) && library_name(S("a.so")) && !library_name(S("a.sox")) &&
		   !library_name(S(".so")) && !library_name(S("liba.a")),
	   "names of libraries");
	libraries_put(&l, S("libz.so.1"), S("/b"), 1);
	libraries_put(&l, S("libz.so.1"), S("/a"), 0);
	libraries_put(&l, S("liba.so"), S("/b"), 1);
	libraries_sort(&l);
	OK(libraries_find(&l, S("libz.so.1"), S("/x"), &folder), "found");
	IS_STR(folder, S("/a"), "in the folder of the lowest rank");
	OK(libraries_find(&l, S("libz.so.1"), S("/b"), &folder), "found");
	IS_STR(folder, S("/b"), "in the preferred folder");
	OK(!libraries_find(&l, S("libz.so"), S(""), &folder), "a shorter name is another");
}

static char *in_work(const char *name)
{
	return path_join(str_c(work), str_c(name));
}

/* Makes work/NAME.deb of the folder work/NAME by a shell script that fills it. */
static bool make_deb(const char *name, const char *script)
{
	char *text CLEANUP_FREE = xasprintf(
		"set -e; mkdir -p '%s/%s/DEBIAN'; cd '%s/%s'; %s; printf 'Package: %s\\nVersion: 1\\n"
		"Architecture: all\\nMaintainer: x <x@example.org>\\nDescription: x\\n' >DEBIAN/control; "
		"dpkg-deb --root-owner-group -b . ../%s.deb",
		work, name, work, name, script, name, name);
	const char *const argv[] = {"sh", "-c", text, NULL};
	ERR(err);
	BUF(out, LIMIT_TOOL_OUTPUT);

	return process_capture(argv, &out, NULL, &err) == 0;
}

struct run {
	const char *debs, *deps, *rules, *patchelf;
};

/* Runs the builder into work/out. */
static errint build(const struct run *r, struct err *err)
{
	char *out CLEANUP_FREE = in_work("out");
	struct drv_output output = {.name = S("out"), .path = str_c(out)};
	struct drv_env env[] = {
		{S("debs"), str_c(r->debs)},
		{S("deps"), str_c(r->deps)},
		{S("folders"), S("")},
		{S("glibc"), S("/nonexistent")},
		{S("patchelf"), str_c(r->patchelf)},
		{S("rules"), str_c(r->rules)},
		{S("triplet"), S("x86_64-linux-gnu")},
	};
	struct drv d = {.name = S("x"),
			.outputs = &output,
			.n_outputs = 1,
			.env = env,
			.n_env = ARRAY_LEN(env)};
	struct builtin_ctx ctx = {.drv = &d, .store_dir = str_c(work), .tmp = work, .log = -1};

	remove_tree_quietly(AT_FDCWD, out);
	return builder_deb_1.run(&ctx, err);
}

static void is_file(const char *name, const char *want)
{
	char *path CLEANUP_FREE = in_work(name);
	BUF(text, LIMIT_SMALL_FILE);
	ERR(err);

	if (file_read(AT_FDCWD, path, &text, &err))
		OK(false, "%s: %s", name, err.msg);
	else
		IS_STR(buf_str(&text), str_c(want), name);
}

static void is_link(const char *name, const char *want)
{
	char *path CLEANUP_FREE = in_work(name);
	char *text CLEANUP_FREE = NULL;
	ERR(err);

	if (read_link(AT_FDCWD, path, &text, &err))
		OK(false, "%s: %s", name, err.msg);
	else
		IS_Z(text, want, name);
}

static void is_absent(const char *name)
{
	char *path CLEANUP_FREE = in_work(name);

	OK(access(path, F_OK) != 0, "%s is left out", name);
}

static void test_unpack(void)
{
	char *debs CLEANUP_FREE = xasprintf("%s/one.deb %s/two.deb", work, work);
	char *dep CLEANUP_FREE = in_work("dep");
	char *want CLEANUP_FREE = xasprintf("%s/dep/lib/libdep.so.1", work);
	char *nested CLEANUP_FREE = xasprintf("%s/dep/lib", work);
	struct run r = {debs, dep, "", ""};
	ERR(err);

	IS_OK(mkdir_p(AT_FDCWD, nested, 0755, &err), err, "a dependency");
	IS_OK(file_write(AT_FDCWD, want, S("x"), 0644, 0, &err), err, "with a library");
	r.rules = "layout\tusr/lib/python3\tlib/py\n"
		  "drop\tshare/doc\ntrim\tshare/nothing\nmove\tetc/conf\tetc/moved\n"
		  "link\tbin/new\ttool\nconcat\tetc/all\tshare/parts/*\n"
		  "replace\tetc/moved\tword\t@out@!\nbytes\tbin/tool\tabc\txyz\t2\n"
		  "dangling\tlib/nowhere";
	IS_OK(build(&r, &err), err, "two packages and rules");
	is_file("out/bin/tool", "xyz-xyz\n");
	is_link("out/bin/new", "tool");
	is_link("out/lib/libz.so.1", "libz.so.1.3");
	is_link("out/lib/py/up.so", "../libz.so.1.3");
	is_link("out/lib/abs", "../bin/tool");
	is_link("out/lib/libdep.so", want);
	is_file("out/etc/all", "1\n2\n");
	is_absent("out/lib/nowhere");
	is_absent("out/share/doc");
	is_absent("out/share/empty");
	is_absent("out/var");
	BUF(moved, LIMIT_SMALL_FILE);
	buf_printf(&moved, "a %s/out! b\n", work);
	is_file("out/etc/moved", buf_z(&moved));
}

static void test_mistakes(void)
{
	static const struct {
		const char *rules, *want;
	} cases[] = {
		{"drop\tnothing/*", "relocation rule 1 ('drop'): nothing matches 'nothing/*'"},
		{"\nreplace\tetc/conf\tabsent\tx",
		 "relocation rule 2 ('replace'): 'etc/conf' does not contain 'absent'"},
		{"bytes\tbin/tool\tabc\txy\t2",
		 "relocation rule 1 ('bytes'): 'bytes' takes two texts of the same length and a count, "
		 "not 3, 2 and '2'"},
		{"bytes\tbin/tool\tabc\txyz\t1",
		 "relocation rule 1 ('bytes'): 'bin/tool' has 'abc' another number of times"},
	};
	char *debs CLEANUP_FREE = in_work("one.deb");
	char *twice CLEANUP_FREE = xasprintf("%s %s", debs, debs);
	struct run r = {debs, "", "", ""};
	ERR(err);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		r.rules = cases[i].rules;
		OK(build(&r, &err) != 0, "rules %zu fail", i);
		IS_Z(err.msg ? err.msg : "", cases[i].want, "and say so");
		err_clear(&err);
	}
	r = (struct run){twice, "", "", ""};
	IS_ERR(build(&r, &err), err, ERR_EXISTS, "two packages with one file");
	r = (struct run){debs, "", "", "/patchelf"};
	IS_ERR(build(&r, &err), err, ERR_NOT_FOUND, "a link to nowhere, to be relocated");
	r = (struct run){"/nonexistent.deb", "", "", ""};
	IS_ERR(build(&r, &err), err, ERR_NOT_FOUND, "a package that is not there");
}

/* A folder as the output of unpacking, with one dependency. */
static void text_file(const char *name, const char *text, mode_t mode)
{
	char *path CLEANUP_FREE = in_work(name);
	char *dir CLEANUP_FREE = str_dupz(path_dir(str_c(path)));
	ERR(err);

	if (mkdir_p(AT_FDCWD, dir, 0755, &err) ||
	    file_write(AT_FDCWD, path, str_c(text), mode, 0, &err))
		OK(false, "%s: %s", name, err.msg);
}

static void is_text(const char *name, const char *fmt)
{
	char *want CLEANUP_FREE = xasprintf(fmt, work, work);

	is_file(name, want);
}

static void test_texts(void)
{
	ARENA(a);
	ERR(err);
	char *out CLEANUP_FREE = in_work("texts");
	char *dep CLEANUP_FREE = in_work("dep");
	int root CLEANUP_FD = -1;
	struct str deps[] = {str_c(dep)};
	struct builtin_ctx ctx = {.log = -1};
	struct deb_build b = {.ctx = &ctx,
			      .arena = &a,
			      .out = str_c(out),
			      .deps = {deps, 1},
			      .triplet = S("x86_64-linux-gnu")};
	struct deb_rule laid = {.verb = DEB_LAYOUT};
	struct deb_tree tree;

	laid.arg[0] = S("usr/lib/x86_64-linux-gnu/laid");
	laid.arg[1] = S("lib");
	b.rules.v = &laid;
	b.rules.n = 1;
	text_file("dep/bin/sh", "", 0755);
	text_file("dep/lib/libc.so.6", "", 0644);
	text_file("texts/lib/libc_nonshared.a", "", 0644);
	text_file("texts/lib/libc.so",
		  "/* GNU ld script */\nOUTPUT_FORMAT(elf64-x86-64)\nGROUP ( "
		  "/lib/x86_64-linux-gnu/libc.so.6 /usr/lib/x86_64-linux-gnu/libc_nonshared.a "
		  "AS_NEEDED ( /lib64/gone.so ) )\n",
		  0644);
	text_file("texts/lib/libncurses.so", "INPUT(libncurses.so.6 -ltinfo)\n", 0644);
	text_file("texts/include/x.h", "", 0644);
	text_file(
		"texts/lib/pkgconfig/x.pc",
		"prefix=/usr\nlibdir=${prefix}/lib/x86_64-linux-gnu\nCflags: -I/usr/include/x.h\n",
		0644);
	text_file("texts/lib/pkgconfig/laid.pc",
		  "prefix=/usr\nlibdir=${prefix}/lib/x86_64-linux-gnu/laid\n"
		  "Libs: -L/usr/lib/x86_64-linux-gnu/laid/ -L/usr/lib/x86_64-linux-gnu/laid/x\n",
		  0644);
	text_file("texts/bin/script", "#! /bin/sh -e\nexec /bin/sh\n", 0755);
	text_file("texts/bin/env", "#!/usr/bin/env sh\n", 0755);
	text_file("texts/share/doc", "#!/usr/bin/perl\n", 0644);

	deb_layout_init(&a, b.triplet, &b.rules, &b.layout);
	IS_OK(open_dir(AT_FDCWD, out, &root, &err), err, "an output");
	b.root = root;
	IS_OK(deb_tree_list(&a, root, &tree, &err), err, "its files");
	IS_OK(deb_fix_texts(&b, &tree, &err), err, "texts");
	is_text("texts/lib/libc.so",
		"/* GNU ld script */\nOUTPUT_FORMAT(elf64-x86-64)\nGROUP ( %s/dep/lib/libc.so.6 "
		"%s/texts/lib/libc_nonshared.a AS_NEEDED ( /lib64/gone.so ) )\n");
	is_text("texts/lib/libncurses.so", "INPUT(libncurses.so.6 -ltinfo)\n");
	is_text("texts/lib/pkgconfig/x.pc",
		"prefix=%s/texts\nlibdir=${prefix}/lib\nCflags: -I%s/texts/include/x.h\n");
	is_text("texts/lib/pkgconfig/laid.pc",
		"prefix=%s/texts\nlibdir=${prefix}/lib\nLibs: -L%s/texts/lib -L/usr/lib/x\n");
	is_text("texts/bin/script", "#!%s/dep/bin/sh -e\nexec /bin/sh\n");
	is_text("texts/bin/env", "#!%s/dep/bin/sh\n");
	is_text("texts/share/doc", "#!/usr/bin/perl\n");

	text_file("texts/bin/p", "#!/usr/bin/perl\n", 0755);
	IS_OK(deb_tree_list(&a, root, &tree, &err), err, "one more");
	IS_ERR(deb_fix_texts(&b, &tree, &err), err, ERR_NOT_FOUND,
	       "a script whose program no dependency has");
}

/* Paths anywhere in a text: of the output, of a dependency, and of nobody. */
static void test_paths(void)
{
	ARENA(a);
	ERR(err);
	char *out CLEANUP_FREE = in_work("paths");
	char *dep CLEANUP_FREE = in_work("dep");
	int root CLEANUP_FD = -1;
	struct str deps[] = {str_c(dep)};
	struct builtin_ctx ctx = {.log = -1};
	struct deb_build b = {.ctx = &ctx,
			      .arena = &a,
			      .out = str_c(out),
			      .deps = {deps, 1},
			      .triplet = S("x86_64-linux-gnu")};

	text_file("dep/lib/libz.so.1", "", 0644);
	text_file("dep/bin/sh", "", 0755);
	text_file("paths/share/tool/data", "", 0644);
	text_file("paths/bin/tool",
		  "d='/usr/share/tool'; x=${d:-/usr/share/tool/}. /bin/sh, /usr/lib/gone a/bin/sh "
		  "$x/bin/sh -I/usr/share/tool a-b/bin/sh m/lib /lib\n",
		  0755);
	text_file("paths/bin/binary", "/bin/sh", 0755);
	text_file("paths/lib/cmake/z/z.cmake",
		  "L \"${_IMPORT_PREFIX}/lib/x86_64-linux-gnu/libz.so.1\" "
		  "\"${PACKAGE_PREFIX_DIR}/include/z\"\n",
		  0644);
	IS_OK(open_dir(AT_FDCWD, out, &root, &err), err, "an output");
	b.root = root;
	IS_OK(file_write(root, "bin/binary", S("a\0/bin/sh"), 0755, 0, &err), err, "a binary");
	IS_OK(deb_rules_parse(&a,
			      S("paths\tbin/*\nconfig\tlib/cmake/*/*\nconfig\tnone/*\n"
				"write\tnix-support/x\ta\\nb\nwrap\tbin/tool\tA=1\\nB=2"),
			      str_c(out), &b.rules, &err),
	      err, "rules");
	deb_layout_init(&a, b.triplet, &b.rules, &b.layout);
	IS_OK(deb_apply_rules(&b, &err), err, "are applied");
	BUF(want, LIMIT_SMALL_FILE);
	buf_printf(&want,
		   "d='%s/paths/share/tool'; x=${d:-%s/paths/share/tool/}. %s/dep/bin/sh, "
		   "/usr/lib/gone a/bin/sh $x/bin/sh -I%s/paths/share/tool a-b/bin/sh m/lib /lib\n",
		   work, work, work, work);
	is_file("paths/bin/.tool-wrapped", buf_z(&want));
	is_text("paths/lib/cmake/z/z.cmake", "L \"%s/dep/lib/libz.so.1\" \"%s/paths/include/z\"\n");
	is_file("paths/nix-support/x", "a\nb");
	buf_clear(&want);
	buf_printf(&want,
		   "#!/bin/bash\nA=1\nB=2\nexec -a \"$0\" '%s/paths/bin/.tool-wrapped' \"$@\"\n",
		   work);
	is_file("paths/bin/tool", buf_z(&want));

	static const char *const mistakes[][2] = {
		{"paths\tlib/cmake/*/none", "relocation rule 1 ('paths'): no text that matches "
					    "'lib/cmake/*/none' has a path to replace"},
		{"wrap\tnix-support/x\t:",
		 "relocation rule 1 ('wrap'): 'nix-support/x' is no program"},
		{"wrap\tbin/none\t:", "relocation rule 1 ('wrap'): nothing matches 'bin/none'"},
		{"write\tbin/tool\t:", "relocation rule 1 ('write'): 'bin/tool' is there already"},
	};
	for (size_t i = 0; i < ARRAY_LEN(mistakes); i++) {
		IS_OK(deb_rules_parse(&a, str_c(mistakes[i][0]), str_c(out), &b.rules, &err), err,
		      "a rule");
		OK(deb_apply_rules(&b, &err) != 0, "mistake %zu", i);
		IS_Z(err.msg ? err.msg : "", mistakes[i][1], "is told");
		err_clear(&err);
	}
}

static void test_sweep(void)
{
	static const char bytes[] = "x/usr/lib/a\0/usr/lib/b\0/usr/libexec\0/usr/lib/c";
	ARENA(a);
	ERR(err);
	char *out CLEANUP_FREE = in_work("swept");
	char *path CLEANUP_FREE = in_work("swept/object");
	int root CLEANUP_FD = -1;
	struct deb_build b = {.arena = &a};
	BUF(got, LIMIT_SMALL_FILE);

	IS_OK(mkdir_p(AT_FDCWD, out, 0755, &err), err, "a folder");
	IS_OK(file_write(AT_FDCWD, path, str_n(bytes, sizeof(bytes)), 0644, 0, &err), err, "bytes");
	IS_OK(open_dir(AT_FDCWD, out, &root, &err), err, "opened");
	b.root = root;
	IS_OK(deb_rules_parse(&a, S("sweep\t/usr/lib/\t/nix/lib/"), S("/o"), &b.rules, &err), err,
	      "a rule");
	IS_OK(deb_sweep(&b, S("object"), &err), err, "swept");
	IS_OK(file_read(AT_FDCWD, path, &got, &err), err, "read back");
	IS_STR(buf_str(&got), S("x/usr/lib/a\0/nix/lib/b\0/usr/libexec\0/nix/lib/c\0"),
	       "only what begins a string");
	/* every place around the border between two windows of the scan */
	for (size_t shift = 0; shift < 24; shift++) {
		char *big CLEANUP_FREE = xcalloc(1, (1 << 20) + 64);
		size_t n = (1 << 20) + 64, at = (1 << 20) - 12 + shift;
		BUF(all, LIMIT_TOOL_OUTPUT);

		memcpy(big + at, "/usr/lib/x", 10);
		memcpy(big + 1, "/usr/lib/", 9);
		if (file_write(AT_FDCWD, path, str_n(big, n), 0644, 0, &err) ||
		    deb_sweep(&b, S("object"), &err) || file_read(AT_FDCWD, path, &all, &err))
			OK(false, "%s", err.msg);
		memcpy(big + at, "/nix/lib/x", 10);
		memcpy(big + 1, "/nix/lib/", 9);
		OK(all.n == n && !memcmp(all.p, big, n), "swept at %zu", at);
	}
	IS_OK(deb_rules_parse(&a, S("sweep\t/usr/lib/\t/nix/"), S("/o"), &b.rules, &err), err,
	      "a rule of two lengths");
	IS_ERR(deb_sweep(&b, S("object"), &err), err, ERR_CORRUPT, "is refused");
}

static void test_packages(void)
{
	if (!make_deb("one",
		      "mkdir -p usr/bin usr/lib/x86_64-linux-gnu usr/lib/python3 etc "
		      "usr/share/doc/one usr/share/empty var/lib usr/share/parts; "
		      "echo abc-abc >usr/bin/tool; chmod 755 usr/bin/tool; "
		      "echo 'a word b' >etc/conf; echo z >usr/lib/x86_64-linux-gnu/libz.so.1.3; "
		      "ln -s libz.so.1.3 usr/lib/x86_64-linux-gnu/libz.so.1; "
		      "ln -s ../x86_64-linux-gnu/libz.so.1.3 usr/lib/python3/up.so; "
		      "ln -s /usr/bin/tool usr/lib/abs; ln -s /gone usr/lib/nowhere; "
		      "echo d >usr/share/doc/one/d; echo v >var/lib/v; "
		      "echo 1 >usr/share/parts/a; printf 2 >usr/share/parts/b") ||
	    !make_deb("two", "mkdir -p lib/x86_64-linux-gnu usr/lib64; "
			     "ln -s libdep.so.1 lib/x86_64-linux-gnu/libdep.so; "
			     "echo l >lib/x86_64-linux-gnu/ld.so; "
			     "ln -s ../../lib/x86_64-linux-gnu/ld.so usr/lib64/ld.so")) {
		tap_skip("whole packages", "no dpkg-deb here");
		return;
	}
	test_unpack();
	test_mistakes();
}

/* What this program says when it is asked, by an instruction and by a table. */
static int say(void)
{
	static const char *const table[] = {"/usr/share/redirect/table"};
	const char *const *volatile at = table;
	const char *volatile text = "/usr/share/redirect/code";

	return printf("%s %s", text, *at) < 0;
}

/* AddressSanitizer keeps a list of texts, and would find the new one in it twice. */
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)
static void says(const char *program, const char *want)
{
	const char *const argv[] = {program, "--say", NULL};
	BUF(got, LIMIT_SMALL_FILE);
	ERR(err);

	IS_OK(process_capture(argv, &got, NULL, &err), err, "it runs");
	IS_STR(buf_str(&got), str_c(want), "and says it");
}

/* Of a copy of this program. */
static void test_redirect(void)
{
	static const struct {
		const char *rule, *want;
	} mistakes[] = {
		{"redirect\tobject\t/usr/share/redirect/none\t/x",
		 "relocation rule 1 ('redirect'): there is no string '/usr/share/redirect/none'"},
		{"redirect\tobject\t.shstrtab\t/x",
		 "relocation rule 1 ('redirect'): the string '.shstrtab' is not loaded"},
		{"redirect\ttext\ta\t/x",
		 "relocation rule 1 ('redirect'): 'text': it is no object for x86-64"},
	};
	ARENA(a);
	ERR(err);
	char *out CLEANUP_FREE = in_work("redirected");
	char *object CLEANUP_FREE = in_work("redirected/object");
	int root CLEANUP_FD = -1;
	struct builtin_ctx ctx = {.log = -1};
	struct deb_build b = {.ctx = &ctx, .arena = &a, .out = str_c(out)};
	BUF(self, LIMIT_TOOL_OUTPUT);
	static const char rules[] =
		"redirect\tobject\t/usr/share/redirect/code\t/nix/store/of/another/length/code\n"
		"redirect\tobject\t/usr/share/redirect/table\t/nix/store/of/another/length/table";

	IS_OK(mkdir_p(AT_FDCWD, out, 0755, &err), err, "an output");
	IS_OK(file_read(AT_FDCWD, "/proc/self/exe", &self, &err), err, "this program");
	IS_OK(file_write(AT_FDCWD, object, buf_str(&self), 0755, 0, &err), err, "a copy");
	IS_OK(open_dir(AT_FDCWD, out, &root, &err), err, "an output");
	b.root = root;
	says(object, "/usr/share/redirect/code /usr/share/redirect/table");
	IS_OK(deb_rules_parse(&a, S(rules), str_c(out), &b.rules, &err), err, "rules");
	IS_OK(deb_apply_rules(&b, &err), err, "are applied");
	says(object, "/nix/store/of/another/length/code /nix/store/of/another/length/table");
	IS_OK(file_write(root, "text", S("no object"), 0644, 0, &err), err, "a text");
	for (size_t i = 0; i < ARRAY_LEN(mistakes); i++) {
		IS_OK(deb_rules_parse(&a, str_c(mistakes[i].rule), str_c(out), &b.rules, &err), err,
		      "a rule");
		OK(deb_apply_rules(&b, &err) != 0, "mistake %zu", i);
		IS_Z(err.msg ? err.msg : "", mistakes[i].want, "is told");
		err_clear(&err);
	}
}
#else
static void test_redirect(void)
{
}
#endif

struct small_object {
	Elf64_Ehdr eh;
	Elf64_Phdr ph;
	Elf64_Shdr sh;
	uint64_t packed[2], pointer;
	char strings[16];
	char room[64];
};

/* One whose table of pointers has an address that ends beyond all there are; its string holds a
 * NUL. */
static void test_redirect_strange(void)
{
	static const char want[] = "new\0string";
	const size_t end = offsetof(struct small_object, room);
	struct small_object o = {
		.eh = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64},
		       .e_machine = EM_X86_64,
		       .e_phoff = offsetof(struct small_object, ph),
		       .e_phentsize = sizeof(o.ph),
		       .e_phnum = 1,
		       .e_shoff = offsetof(struct small_object, sh),
		       .e_shentsize = sizeof(o.sh),
		       .e_shnum = 1},
		.ph = {.p_type = PT_LOAD, .p_flags = PF_R, .p_filesz = end, .p_memsz = end},
		.sh = {.sh_type = 19, /* SHT_RELR */
		       .sh_offset = offsetof(struct small_object, packed),
		       .sh_size = sizeof(o.packed)},
		.packed = {UINT64_MAX - 1, offsetof(struct small_object, pointer)},
		.pointer = offsetof(struct small_object, strings) + 1,
		.strings = "\0old\0x",
	};
	ARENA(a);
	ERR(err);
	char *out CLEANUP_FREE = in_work("strange");
	struct builtin_ctx ctx = {.log = -1};
	struct deb_build b = {.ctx = &ctx, .arena = &a, .out = str_c(out)};
	int root CLEANUP_FD = -1;
	BUF(got, LIMIT_SMALL_FILE);

	IS_OK(mkdir_p(AT_FDCWD, out, 0755, &err), err, "an output");
	IS_OK(open_dir(AT_FDCWD, out, &root, &err), err, "an output");
	b.root = root;
	IS_OK(file_write(root, "object", str_n((char *)&o, sizeof(o)), 0644, 0, &err), err,
	      "a strange object");
	IS_OK(deb_rules_parse(&a, S("redirect\tobject\told\\0x\tnew\\0string"), str_c(out),
			      &b.rules, &err),
	      err, "a rule");
	IS_OK(deb_apply_rules(&b, &err), err, "is applied");
	IS_OK(file_read(root, "object", &got, &err), err, "the result");
	memcpy(&o, got.p, MIN(got.n, sizeof(o)));
	OK(o.pointer == end, "the pointer is another");
	OK(memcmp(o.room, want, sizeof(want)) == 0, "so is the string");
}

int main(int argc, char **argv)
{
	ERR(err);

	if (argc > 1 && strcmp(argv[1], "--say") == 0)
		return say();
	if (temp_dir(temp_dir_root(), "t_deb_builder-", &work, &err)) {
		OK(false, "%s", err.msg);
		return tap_done();
	}
	test_rules();
	test_layout();
	test_libraries();
	test_texts();
	test_paths();
	test_sweep();
	test_redirect();
	test_redirect_strange();
	test_packages();
	remove_tree_quietly(AT_FDCWD, work);
	free(work);
	return tap_done();
}
