/* SPDX-License-Identifier: MIT
 *
 * Locks of Python projects: reading and writing, what is wanted, what metadata becomes, fitting. */
#include "tap.h"

#include <fcntl.h>
#include "base/file.h"
#include "py/lock_fit.h"
#include "py/resolved.h"

static struct arena a;

/* The set's own lock is written as it stands there. */
static void test_set(void)
{
	BUF(text, LIMIT_LOCK_FILE);
	BUF(again, LIMIT_LOCK_FILE);
	BUF(metadata, LIMIT_LOCK_FILE);
	struct py_lock l = {.a = &a, .file = "lock.json"};
	ERR(err);

	IS_OK(file_read(AT_FDCWD, KILN_SOURCE "/pkgs/python/lock.json", &text, &err), err, "read");
	IS_OK(py_lock_parse(&l, buf_str(&text), &err), err, "the set's lock");
	OK(l.n > 300, "has many projects");
	py_lock_print(&l, &again);
	OK(str_eq(buf_str(&text), buf_str(&again)), "is written as it was");
	IS_OK(file_read(AT_FDCWD, KILN_SOURCE "/pkgs/python/metadata.json", &metadata, &err), err,
	      "read");
	IS_OK(py_about_parse(&l, buf_str(&metadata), "metadata.json", &err), err, "its metadata");
}

static void bad(const char *text, const char *want)
{
	struct py_lock l = {.a = &a, .file = "f"};
	ERR(err);

	OK(py_lock_parse(&l, str_c(text), &err) == ERR_CORRUPT, "it is refused");
	IS_Z(err.msg, want, "in these words");
}

#define HASH "0000000000000000000000000000000000000000000000000000000000000000"

static void test_bad(void)
{
	bad("{\n \"format\": 1,,\n}", "f:2: a value is expected");
	bad("", "f:1: an object is expected");
	bad("{}", "f:1: it has no 'format'");
	bad("{\"format\": 1,\n\"project\": {}}", "f:2: entry 'project': it is unknown");
	bad("{\"format\": 1, \"projects\": {\n\n\"A\": {}}}",
	    "f:3: entry 'A': the name is not in its normal form");
	bad("{\"format\": 1, \"projects\": {\n\"a\": {\"version\": \"1\"}}}",
	    "f:2: entry 'a': it has no 'files'");
	bad("{\"format\": 1, \"projects\": {\n\"a\": {\"version\": \"x\", \"files\": [{\"name\": \"n\",\n"
	    "\"sha256\": \"" HASH "\"}]}}}",
	    "f:2: entry 'a': it has no valid 'version'");
	bad("{\"format\": 1, \"projects\": {\"a\": {\"files\": [\n{\"name\": \"n\", \"sha256\": \"00\"}]}}}",
	    "f:2: entry 'a': 'sha256' of a file is no hash of 64 digits");
	bad("{\"format\": 1, \"projects\": {\"a\": {\"files\": [{\"name\": \"../n\", \"sha256\": \"" HASH
	    "\"}]}}}",
	    "f:1: entry 'a': a file has no valid name");
	bad("{\"format\": 1, \"projects\": {\"a\": {\"requires\":\n 1}}}",
	    "f:2: entry 'a': a list of texts is expected");
}

static void wants_bad(const char *text, const char *want)
{
	struct py_wants w = {.a = &a};
	ERR(err);

	OK(py_wants_text(&w, "r.txt", str_c(text), 0, &err) < 0, "%s", want);
	IS_Z(err.msg, want, "in these words");
}

static void test_wants(void)
{
	struct py_wants w = {.a = &a};
	ERR(err);

	IS_OK(py_wants_text(&w, "r.txt",
			    S("\xef\xbb\xbf# a\r\nFoo_Bar[x] >= 1, \\\n  < 2 # b\n"
			      "baz==1 --hash=sha256:00\nsdist Wget\nneeds a b c\nconstraint q<2\n"
			      "slot ; python_version > '3'\nsdist>=1"),
			    0, &err),
	      err, "a file");
	IS_INT(w.n, 7, "its lines");
	IS_STR(w.v[0].name, S("foo-bar"), "a name in its normal form");
	IS_INT(w.v[0].line, 2, "the line where it begins");
	IS_INT(w.v[0].r.versions.n, 2, "with the line that goes on");
	IS_STR(w.v[1].text, S("baz==1"), "without options");
	IS_INT(w.v[2].word, PY_SDIST, "kiln's own word");
	IS_STR(w.v[3].more.v[1], S("c"), "with names");
	IS_INT(w.v[4].word, PY_CONSTRAINT, "with a requirement");
	IS_INT(w.v[5].word, PY_WANT, "a project may be called like a word");
	IS_STR(w.v[6].name, S("sdist"), "with bounds, too");
	wants_bad("a\n\na >=\n", "r.txt:3: requirement 'a >=': '>=' is not a version specifier: '' "
				 "is not a version (PEP 440)");
	wants_bad("-e .", "r.txt:1: '.' is no project of an index, which alone can be locked");
	wants_bad("a @ https://h/a.whl",
		  "r.txt:1: 'a @ https://h/a.whl' is no project of an index, "
		  "which alone can be locked");
	wants_bad("\xff\xfe"
		  "a",
		  "'r.txt' is UTF-16");
	wants_bad("\nsdist a b", "r.txt:2: it has 2 names, expected one");
	wants_bad("alias a b c", "r.txt:1: it has 3 names, expected two");
	wants_bad(
		"-r nowhere/none.txt",
		"r.txt:1: reading 'nowhere/none.txt': cannot open 'nowhere/none.txt': No such file "
		"or directory");
}

/* ---- rows ---- */

static struct marker_env env[PY_MACHINES];
static struct py_wants wanted;

static struct py_row *row(struct py_lock *l, const char *name, const char *version)
{
	struct py_row *r = py_lock_add(l, str_c(name));

	r->version = str_c(version);
	return r;
}

static void test_edges(void)
{
	static struct str requires[] = {S("b[fast]>=1"),
					S("torch>=2"),
					S("c; platform_machine == 'aarch64'"),
					S("d; extra == 'with-d'"),
					S("a[with_d]; extra == 'all'"),
					S("e; python_version < '3'"),
					S("old-name")};
	static struct str extras[] = {S("with_d"), S("all")};
	struct wheel_metadata m = {.summary = S("what it does (see https://x.invalid/y), well"),
				   .license = S("MIT"),
				   .requires = requires,
				   .n_requires = ARRAY_LEN(requires),
				   .extras = extras,
				   .n_extras = ARRAY_LEN(extras)};
	struct py_lock l = {.a = &a};
	struct py_stack s = {.v = {&l}, .n = 1, .env = env, .wants = &wanted};
	struct py_row *b = row(&l, "b", "1");
	ERR(err);

	IS_OK(py_wants_text(&wanted, "r.txt", S("alias old-name new-name\nneeds a z"), 0, &err),
	      err, "words");
	py_names_add(&a, &b->about.requires, S("f; extra == 'fast'"));
	struct py_row *r = row(&l, "a", "1");
	py_row_about(&s, &a, &m, &r->about);
	IS_INT(r->about.requires.n, 6, "what can never apply is left out");
	IS_STR(r->about.description, S("what it does (see well"), "without addresses");
	py_lock_sort(&l);
	r = (struct py_row *)py_lock_find(&l, S("a"));
	py_row_requires(&s, &a, r);
	IS_INT(r->requires[1].n, 4, "edges");
	IS_STR(r->requires[1].v[0], S("b"), "a project");
	IS_STR(r->requires[1].v[1], S("f"), "what its extra adds");
	IS_STR(r->requires[1].v[2], S("new-name"), "who stands for another");
	IS_STR(r->requires[1].v[3], S("z"), "what it does not say");
	IS_STR(r->requires[0].v[1], S("c"), "what one machine needs");
	IS_STR(r->slots.v[0], S("torch"), "a slot is none");
	IS_STR(r->about.extras[0].names[0].v[0], S("d"), "an extra, in either spelling");
	IS_STR(r->about.extras[1].names[0].v[0], S("d"), "an extra of its own extras");
}

int main(void)
{
	py_environments(&a, S("3.13.5"), env);
	wanted.a = &a;
	test_set();
	test_bad();
	test_wants();
	test_edges();
	arena_release(&a);
	return tap_done();
}
