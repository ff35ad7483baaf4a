/* SPDX-License-Identifier: MIT
 *
 * Wheels as text: names and tags, METADATA, WHEEL, RECORD, entry points. */
#include "tap.h"

#include "py/wheel.h"

static void fits(const char *file, bool want)
{
	ERR(err);
	struct wheel_name w;

	IS_OK(wheel_name_parse(str_c(file), &w, &err), err, file);
	OK((wheel_name_rank(&w, 13, S("x86_64")) != WHEEL_NO_RANK) == want, "its rank says so");
	if (want)
		IS_OK(wheel_name_fits(&w, 13, S("x86_64"), &err), err, file);
	else
		IS_ERR(wheel_name_fits(&w, 13, S("x86_64"), &err), err, ERR_UNSUPPORTED, file);
}

/* An installer's order, as packaging.tags gives it: the best first. */
static void test_ranks(void)
{
	static const char *const ordered[] = {
		"a-1-cp313-cp313-manylinux_2_28_x86_64.whl",
		"a-1-cp313-cp313-manylinux_2_17_x86_64.whl",
		"a-1-cp313-cp313-manylinux2014_x86_64.whl",
		"a-1-cp313-cp313-manylinux_2_16_x86_64.whl",
		"a-1-cp313-cp313-manylinux2010_x86_64.whl",
		"a-1-cp313-cp313-manylinux1_x86_64.whl",
		"a-1-cp313-cp313-linux_x86_64.whl",
		"a-1-cp313-abi3-manylinux_2_17_x86_64.whl",
		"a-1-cp313-none-manylinux_2_17_x86_64.whl",
		"a-1-cp312-abi3-manylinux_2_28_x86_64.whl",
		"a-1-cp39-abi3-manylinux_2_34_x86_64.whl",
		"a-1-py313-none-manylinux_2_17_x86_64.whl",
		"a-1-py3-none-manylinux_2_17_x86_64.whl",
		"a-1-py312-none-manylinux_2_17_x86_64.whl",
		"a-1-cp313-none-any.whl",
		"a-1-py313-none-any.whl",
		"a-1-py2.py3-none-any.whl",
		"a-1-py312-none-any.whl",
	};
	unsigned last = 0;
	ERR(err);

	for (size_t i = 0; i < ARRAY_LEN(ordered); i++) {
		struct wheel_name w;

		IS_OK(wheel_name_parse(str_c(ordered[i]), &w, &err), err, ordered[i]);
		unsigned rank = wheel_name_rank(&w, 13, S("x86_64"));
		OK(rank != WHEEL_NO_RANK && (!i || rank > last), "%s is behind the one before",
		   ordered[i]);
		last = rank;
	}
}

static void test_names(void)
{
	static const struct {
		const char *file;
		bool want;
	} cases[] = {
		{"a-1-py3-none-any.whl", true},
		{"a-1-py2.py3-none-any.whl", true},
		{"a-1-2b-py313-none-any.whl", true},
		{"a-1-py314-none-any.whl", false},
		{"a-1-py2-none-any.whl", false},
		{"a-1-cp313-cp313-manylinux_2_28_x86_64.whl", true},
		{"a-1-cp313-cp313-manylinux_2_42_x86_64.whl", false},
		{"a-1-cp313-cp313-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", true},
		{"a-1-cp313-cp313-manylinux_2_28_aarch64.whl", false},
		{"a-1-cp313-cp313-musllinux_1_2_x86_64.whl", false},
		{"a-1-cp313-cp313-macosx_11_0_x86_64.whl", false},
		{"a-1-cp313-cp313t-linux_x86_64.whl", false},
		{"a-1-cp38-abi3-linux_x86_64.whl", true},
		{"a-1-cp314-abi3-linux_x86_64.whl", false},
		{"a-1-cp312-cp312-linux_x86_64.whl", false},
		{"a-1-cp312-none-any.whl", false},
		{"a-1-py3-none-xx86_64.whl", false},
	};
	static const char *const bad[] = {"a-1-py3-none-any.zip",   "a-1-py3-none.whl",
					  "a-1--none-any.whl",      "-1-py3-none-any.whl",
					  "a-1-x-py3-none-any.whl", "a-1-2-py3-none-any-z.whl"};
	ERR(err);
	struct wheel_name w;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		fits(cases[i].file, cases[i].want);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		IS_ERR(wheel_name_parse(str_c(bad[i]), &w, &err), err, ERR_CORRUPT, bad[i]);
	IS_OK(wheel_name_parse(S("SAM_2-1.0.0-7-py3-none-any.whl"), &w, &err), err, "with build");
	IS_STR(w.build, S("7"), "build number");
	OK(wheel_stem_fits(&w, S("sam.2-1.0")), "another spelling of the same");
	OK(!wheel_stem_fits(&w, S("sam_2-1.1")), "another version");
	OK(!wheel_stem_fits(&w, S("sam_2")), "no version");
}

static const char metadata[] = "Metadata-Version: 2.1\n"
			       "name: Foo\n"
			       "Version: 1.0\n"
			       "Requires-Dist: torch>=2\n"
			       "Description: text\n"
			       "        Requires-Dist: in a continuation line\n"
			       "        \n"
			       "        Requires-Dist: behind one of blanks\n"
			       "REQUIRES-DIST: numpy[a, b] (>=1.2) ; extra == 'x'\r\n"
			       "Requires-Dist: torch_sde\n"
			       "\n"
			       "Requires-Dist: body\n";

static void test_metadata(void)
{
	ARENA(a);
	ERR(err);
	BUF(out, LIMIT_WHEEL_METADATA);
	struct str remove[] = {S("torch")}, relax[] = {S("numpy")};
	struct wheel_names r = {remove, 1, false}, x = {relax, 1, false}, none = {0},
			   all = {.all = true};
	struct wheel_metadata m;

	IS_OK(wheel_metadata_parse(&a, str_c(metadata), &m, &err), err, "METADATA");
	IS_STR(m.name, S("Foo"), "name in any case of its key");
	IS_INT(m.n_requires, 3, "dependencies, none of the body");
	IS_STR(m.requires[1], S("numpy[a, b] (>=1.2) ; extra == 'x'"), "second dependency");
	IS_OK(wheel_metadata_edit(str_c(metadata), &none, &none, &out, &err), err, "no edit");
	IS_Z(buf_z(&out), metadata, "keeps every byte");
	buf_clear(&out);
	IS_OK(wheel_metadata_edit(str_c(metadata), &r, &x, &out, &err), err, "edit");
	OK(str_find(buf_str(&out), S("torch>=2")) < 0, "torch is out");
	OK(str_find(buf_str(&out), S("torch_sde")) > 0, "torch_sde is another name");
	OK(str_find(buf_str(&out), S("Requires-Dist: numpy[a,b] ; extra == 'x'\n")) > 0,
	   "numpy has no bound");
	OK(str_find(buf_str(&out), S("in a continuation line")) > 0, "continuation lines stay");
	OK(str_ends(buf_str(&out), S("\n\nRequires-Dist: body\n")), "the body stays");
	buf_clear(&out);
	IS_OK(wheel_metadata_edit(str_c(metadata), &all, &none, &out, &err), err, "remove all");
	IS_OK(wheel_metadata_parse(&a, buf_str(&out), &m, &err), err, "what is left");
	IS_INT(m.n_requires, 0, "no dependency");
	IS_ERR(wheel_metadata_parse(&a, S("Name: x\n"), &m, &err), err, ERR_CORRUPT, "no version");
	IS_ERR(wheel_metadata_parse(&a, S("Name: ../x\nVersion: 1\n"), &m, &err), err, ERR_CORRUPT,
	       "a name that is none");
	IS_OK(wheel_file_check(S("Wheel-Version: 1.9\nRoot-Is-Purelib: true\n"), &err), err, "1.9");
	IS_ERR(wheel_file_check(S("Wheel-Version: 2.0\n"), &err), err, ERR_UNSUPPORTED, "2.0");
	IS_ERR(wheel_file_check(S("Generator: x\n"), &err), err, ERR_CORRUPT, "no version");
}

static void test_record(void)
{
	static const char text[] =
		"a/b.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\r\n"
		"\"odd, \"\"name\"\"\",sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=,0\n"
		"a.dist-info/RECORD,,\n";
	static const char *const bad[] = {
		"a,sha256=47DE,0\n", "a,sha384=,0\n", "\"a\n", ",,\n",
		"a,sha256=47DEQpj8HBSa+/TImW-5JCeuQeRkm5NMpJWZG3hSu!U,0\n"};
	ARENA(a);
	ERR(err);
	BUF(out, LIMIT_SMALL_FILE);
	struct wheel_record *v;
	struct hash empty;
	size_t n;

	hash_bytes(HASH_SHA256, S(""), &empty);
	IS_OK(wheel_record_parse(&a, str_c(text), &v, &n, &err), err, "RECORD");
	IS_INT(n, 3, "rows");
	OK(v[0].has_hash && hash_eq(&v[0].hash, &empty), "URL-safe hash");
	IS_STR(v[1].name, S("odd, \"name\""), "quoted name");
	OK(hash_eq(&v[1].hash, &empty), "padded hash");
	OK(!v[2].has_hash, "RECORD itself has none");
	wheel_record_row(&out, v[1].name, &empty, 0);
	wheel_record_row(&out, v[2].name, NULL, 0);
	IS_Z(buf_z(&out),
	     "\"odd, \"\"name\"\"\",sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\n"
	     "a.dist-info/RECORD,,\n",
	     "rows as written");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		IS_ERR(wheel_record_parse(&a, str_c(bad[i]), &v, &n, &err), err, ERR_CORRUPT,
		       bad[i]);
}

static void test_entry_points(void)
{
	static const char text[] = "[console_scripts]\n"
				   "one = pkg.mod:main\n"
				   "two=pkg:Class.run [extra]\n"
				   "; comment\n"
				   "[other.group]\n"
				   "three = pkg:main\n"
				   "[gui_scripts]\n"
				   "four = pkg : main\n";
	static const char *const bad[] = {"x",           "x = pkg",        "../x = pkg:main",
					  " = pkg:main", "x = pkg:main()", "x = .pkg:main",
					  "x = pkg:a..b"};
	ARENA(a);
	ERR(err);
	struct wheel_entry_point *v;
	size_t n;

	IS_OK(wheel_entry_points_parse(&a, str_c(text), &v, &n, &err), err, "entry_points.txt");
	IS_INT(n, 3, "console and gui scripts");
	IS_STR(v[1].name, S("two"), "name");
	IS_STR(v[1].object, S("Class.run"), "object without extras");
	IS_STR(v[2].module, S("pkg"), "blanks around the colon");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		const char *one = arena_printf(&a, "[console_scripts]\n%s\n", bad[i]);

		IS_ERR(wheel_entry_points_parse(&a, str_c(one), &v, &n, &err), err, ERR_CORRUPT,
		       bad[i]);
	}
}

/* "|" is where the line goes; the rest follows as it is, or behind what "^" ends. */
static void test_prolog(void)
{
	static const char *const cases[] = {
		"|import a\n",
		"# coding: x\n|import a\n",
		"# licence\n\"\"\"doc\"\"\"\n|import a\n",
		"|\n# coding: x\n",
		"'doc'\n|x\n",
		"r'''do\\c\n'''\n|x\n",
		"U\"doc\" 'and' \\\n 'more' # why\n|x\n",
		"('a'\n  # b\n 'c')\n|x\n",
		"(('a'))\n|x\n",
		"|b'no doc'\n",
		"|f'no doc'\n",
		"|'a' % b\n",
		"|('a', 'b')\n",
		"|'a'.strip()\n",
		"|'not ended\n",
		"|\"\"\"not ended\n",
		"\"\"\"a\\\"\"\" \"\" b\"\"\"\n|x",
		"from __future__ import a\n|x\n",
		"from __future__ import (\n  a, # (\n  b as c,\n)\n|x\n",
		"from __future__ import a, \\\n  b\n|x\n",
		"from\t__future__  import\\\n a\n|x\n",
		"'d'\n\n# c\nfrom __future__ import a\n\nfrom __future__ import b\n|\n'''no d'''\nx\n",
		"'d'\n|'second'\nfrom __future__ import a\n",
		"|from __future__ import (a\n",
		"|from __future__x import a\n",
		"'d'; from __future__ import a ; # c\n|x\n",
		"'d'|; ^x\n",
		"from __future__ import a|;^x; y\n",
		"'d';\n|x\n",
		"'d'|",
		"\f'd'\n|x\n",
		"'d'|\\\n^",
		"from __future__ import a|\\\r\n^",
		"'d\\\r\n'\n|x\n",
		"|",
		"'d'\r\n|x\r\n",
		"from __future__ import (\r\n a\r\n)\r\n|x\r\n",
	};
	ARENA(a);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str head, tail, skipped = S(""), text;
		struct wheel_prolog p;

		OK(str_cut(str_c(cases[i]), '|', &head, &tail), "prolog %zu", i);
		(void)str_cut(tail, '^', &skipped, &tail);
		text = str_c(arena_printf(&a, "%.*s%.*s%.*s", STR_ARG(head), STR_ARG(skipped),
					  STR_ARG(tail)));
		p = wheel_script_prolog(text);
		OK(p.keep == head.n && p.resume == head.n + skipped.n, "prolog %zu: %zu, %zu", i,
		   p.keep, p.resume);
	}
}

static void test_shebangs(void)
{
	static const struct {
		const char *line, *options; /* NULL: no Python */
	} cases[] = {
		{"#!python", ""},
		{"#!python3\r\n", ""},
		{"#!pythonw -E\n", ""},
		{"#!/usr/bin/env python3\n", ""},
		{"#!/usr/bin/env -S python3 -u -E\n", "-uE"},
		{"#!/usr/bin/env -S A=b python\n", ""},
		{"#! /usr/bin/python3.11 -Es\n", "-Es"},
		{"#!/usr/bin/python-config\n", NULL},
		{"#!/usr/bin/python3 --help\n", NULL},
		{"#!/usr/bin/python3 script\n", NULL},
		{"#!/bin/sh python\n", NULL},
		{"#!/usr/bin/env\n", NULL},
		{"\xef\xbb\xbf#!python\n", NULL},
		{"import python\n", NULL},
		{"", NULL},
	};
	ARENA(a);
	struct str options;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		bool got = wheel_script_is_python(&a, str_c(cases[i].line), &options);

		OK(got == (cases[i].options != NULL) &&
			   (!got || str_eqz(options, cases[i].options)),
		   "first line %zu: '%.*s'", i, STR_ARG(options));
	}
	OK(wheel_program_is_interpreter(S("python")) &&
		   wheel_program_is_interpreter(S("python3")) &&
		   wheel_program_is_interpreter(S("python3.13")),
	   "the interpreter's names");
	OK(!wheel_program_is_interpreter(S("python3.")) &&
		   !wheel_program_is_interpreter(S("python3.13-config")) &&
		   !wheel_program_is_interpreter(S("ipython")),
	   "others");
}

/* Only names have to be readable for an edit. */
static void test_malformed(void)
{
	static const char text[] = "Name: Foo\nVersion: 1\n"
				   "Requires-Dist: torch>=2.0.*\n"
				   "Requires-Dist: numpy[x , y](>=1.*.2); extra == 'a'\n"
				   "Requires-Dist: scipy-\n"
				   "Requires-Dist: pillow @ there;here\n"
				   "Requires-Dist: >=1\n";
	ERR(err);
	BUF(out, LIMIT_WHEEL_METADATA);
	struct str remove[] = {S("torch"), S("scipy")}, relax[] = {S("numpy"), S("pillow")};
	struct wheel_names r = {remove, 2, false}, x = {relax, 2, false};

	IS_OK(wheel_metadata_edit(str_c(text), &r, &x, &out, &err), err, "malformed dependencies");
	IS_Z(buf_z(&out),
	     "Name: Foo\nVersion: 1\n"
	     "Requires-Dist: numpy[x,y] ; extra == 'a'\n"
	     "Requires-Dist: pillow @ there;here\n"
	     "Requires-Dist: >=1\n",
	     "are taken out and relaxed by name");
}

static void test_record_odd(void)
{
	static const char text[] = "\xef\xbb\xbf"
				   "a,b,c.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\n"
				   "foo-1.dist-info\\RECORD,,\n";
	ARENA(a);
	ERR(err);
	struct wheel_record *v;
	size_t n;

	IS_OK(wheel_record_parse(&a, str_c(text), &v, &n, &err), err, "an odd RECORD");
	IS_INT(n, 2, "rows");
	IS_STR(v[0].name, S("a,b,c.py"), "commas that are not quoted, behind a byte order mark");
	OK(v[0].has_hash, "and its hash");
	IS_STR(v[1].name, S("foo-1.dist-info\\RECORD"), "a backslash");
}

static void test_spellings(void)
{
	ERR(err);
	struct wheel_name w;

	IS_OK(wheel_name_parse(S("my_pkg-1.0_2-py3-none-any.whl"), &w, &err), err,
	      "a post release");
	OK(wheel_stem_fits(&w, S("My-Pkg-1.0-2")), "dashes in name and version");
	OK(wheel_stem_fits(&w, S("my.pkg-1.0.post2")), "the same version, written out");
	OK(!wheel_stem_fits(&w, S("my-pkg-2")), "a version's end is none");
	IS_OK(wheel_file_check(S("wheel-version: 1\n"), &err), err, "a format without a minor");
	IS_OK(wheel_name_parse(S("foo-1.0+cu128torch2.9-py3-none-any.whl"), &w, &err), err,
	      "local");
	OK(wheel_stem_fits(&w, S("foo-1.0")) && wheel_stem_fits(&w, S("foo-1.0+cpu")),
	   "a local part that another place does not know");
	OK(!wheel_stem_fits(&w, S("foo-1.1+cu128torch2.9")), "the public part counts");
	OK(wheel_version_is(&w, S("1.0.0+cu128torch2.9")) && !wheel_version_is(&w, S("1.0")),
	   "the whole version");
}

static void test_programs_twice(void)
{
	static const char text[] = "[gui_scripts]\n"
				   "four = pkg : main\n"
				   "two = pkg:window # said later\n"
				   "[console_scripts]\n"
				   "four = pkg:console\n"
				   "two = pkg:console\n"
				   "one = pkg:main\n"
				   "one = pkg.other:main\n"
				   ".hidden = pkg:main\n";
	ARENA(a);
	ERR(err);
	struct wheel_entry_point *v;
	size_t n;

	IS_OK(wheel_entry_points_parse(&a, str_c(text), &v, &n, &err), err, "names said twice");
	IS_INT(n, 4, "each name once");
	IS_STR(v[0].object, S("main"), "a window goes before a console");
	IS_STR(v[1].object, S("window"), "without its comment");
	IS_STR(v[2].module, S("pkg.other"), "what is said last");
	IS_STR(v[3].name, S(".hidden"), "a name with a dot in front");
}

int main(void)
{
	test_prolog();
	test_shebangs();
	test_spellings();
	test_malformed();
	test_record_odd();
	test_programs_twice();
	test_names();
	test_ranks();
	test_metadata();
	test_record();
	test_entry_points();
	return tap_done();
}
