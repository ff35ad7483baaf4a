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
	if (want)
		IS_OK(wheel_name_fits(&w, 13, S("x86_64"), &err), err, file);
	else
		IS_ERR(wheel_name_fits(&w, 13, S("x86_64"), &err), err, ERR_UNSUPPORTED, file);
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

int main(void)
{
	test_names();
	test_metadata();
	test_record();
	test_entry_points();
	return tap_done();
}
