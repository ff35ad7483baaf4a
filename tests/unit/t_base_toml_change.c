/* SPDX-License-Identifier: MIT
 *
 * Values set in and taken out of a person's TOML file: in each form that TOML has for them, and
 * nothing else moves. */
#include "tap.h"

#include "base/toml_edit.h"

struct path {
	struct str v[8];
	size_t n;
};

/* Keys between '/': a dot may be in one. */
static struct path path_of(const char *text)
{
	struct str rest = str_c(text), key;
	struct path p = {.n = 0};

	while (str_split(&rest, '/', &key))
		p.v[p.n++] = key;
	return p;
}

static void removed(const char *text, const char *path, const char *want)
{
	struct path p = path_of(path);
	BUF(out, LIMIT_SMALL_FILE);
	ERR(err);

	IS_OK(toml_edit_remove(str_c(text), "f", p.v, p.n, &out, &err), err, path);
	IS_STR(buf_str(&out), str_c(want), "what is left");
}

static void set(const char *text, const char *path, const char *value, const char *want)
{
	struct path p = path_of(path);
	BUF(out, LIMIT_SMALL_FILE);
	ERR(err);

	IS_OK(toml_edit_set(str_c(text), "f", p.v, p.n, str_c(value), &out, &err), err, path);
	IS_STR(buf_str(&out), str_c(want), "what it gives");
}

static void test_remove(void)
{
	/* Dotted lines, with their own comments; those of other lines stay. */
	removed("[i]\na.p = \"a\" # mine\n# more\nb.p = \"b\"\na.q = 1\n", "i/a",
		"[i]\n# more\nb.p = \"b\"\n");
	removed("i.a.p = 1\n", "i/a", "");
	removed("[i]\na.p = \"a\"\na.q = '''\n[i]\nb = 1\n'''\n[j]\n", "i/a", "[i]\n[j]\n");
	removed("[i]\na.p = 1\na.q = 2\n", "i/a/p", "[i]\na.q = 2\n");
	removed("[i]\na = 1 # no end", "i/a", "[i]\n");
	removed("[i]\r\na = 1\r\nb = 2\r\n", "i/a", "[i]\r\nb = 2\r\n");
	removed("[i]\n\"a.b\".p = 1\na.b.p = 2\n", "i/a.b", "[i]\na.b.p = 2\n");
	removed("\xef\xbb\xbf"
		"a = 1\nb = 2\n",
		"b",
		"\xef\xbb\xbf"
		"a = 1\n");
	/* Tables with headers, wherever they are. */
	removed("[i]\n\n[i.a]\np = 1\n# its own\nq = 2\n\n# of b\n[i.b]\np = 1\n", "i/a",
		"[i]\n\n# its own\n\n# of b\n[i.b]\np = 1\n");
	removed("[i.a]\np = 1\n[x]\ny = 1\n[i.a.more]\nz = 1\n", "i/a", "[x]\ny = 1\n");
	removed("[i]\nb.p = 1\n\n[i.a]\np = 1\n\n[x]\n", "i/a", "[i]\nb.p = 1\n\n[x]\n");
	removed("[i]\na = 1\n", "i", "");
	removed("[[i]]\na = 1\n[[i]]\na = 2\n[j]\n", "i", "[j]\n");
	/* Within braces. */
	removed("i = { a = { p = 1 }, b = 2 }\n", "i/a", "i = { b = 2 }\n");
	removed("i = { a = 1, b = 2 } # c\n", "i/b", "i = { a = 1 } # c\n");
	removed("i = { a = 1 }\n", "i/a", "i = { }\n");
	removed("[i]\na = { p = 1 }\nb = { p = 2 }\n", "i/a", "[i]\nb = { p = 2 }\n");
	removed("i = { a.p = 1, b = 2, a.q = 3 }\n", "i/a", "i = { b = 2 }\n");
	removed("i = {a.p = 1,a.q = 3}\n", "i/a", "i = {}\n");
	removed("i = { b = 2, a.p = 1, a.q = 3 }\n", "i/a", "i = { b = 2 }\n");
	removed("i = [ 1,\n 2 ] # c\nj = 1\n", "i", "j = 1\n");
}

static void test_replace(void)
{
	set("[i]\na.p = \"a\"   # why\n", "i/a/p", "\"b\"", "[i]\na.p = \"b\"   # why\n");
	set("i = { a = { p = 1 }, b = 2 }\n", "i/a/p", "[ 2 ]",
	    "i = { a = { p = [ 2 ] }, b = 2 }\n");
	set("i = '''\nx\n'''\n", "i", "1", "i = 1\n");
	set("[i.a]\np=1", "i/a/p", "2", "[i.a]\np=2");
	set("i = { a.p = 1 }\n", "i", "3", "i = 3\n");
}

static void test_add(void)
{
	/* Into what is dotted, what has a header, what has braces. */
	set("[i]\na.p = 1\n\n# end\n[j]\n", "i/b/p", "2", "[i]\na.p = 1\nb.p = 2\n\n# end\n[j]\n");
	set("[i]\na.p = 1\nb.p = 2\n", "i/a/q", "3", "[i]\na.p = 1\na.q = 3\nb.p = 2\n");
	set("i.a.p = 1\n", "i/b/p", "2", "i.a.p = 1\ni.b.p = 2\n");
	set("i.a.p = 1", "i/a/q", "2", "i.a.p = 1\ni.a.q = 2\n");
	set("[i.a]\np = 1\n[j]\n", "i/a/q", "2", "[i.a]\np = 1\nq = 2\n[j]\n");
	set("[i.a]\np = 1\n\n[j]\n", "i/b/p", "2", "[i.a]\np = 1\n\n[i.b]\np = 2\n\n[j]\n");
	set("[i]\na = { p = 1 }\n", "i/a/q", "2", "[i]\na = { p = 1, q = 2 }\n");
	set("[i]\na = {}\n", "i/a/q", "2", "[i]\na = { q = 2 }\n");
	set("i = { a = { p = 1 } }\n", "i/b/p", "2", "i = { a = { p = 1 }, b.p = 2 }\n");
	/* A section without rows, its comments below it; none at all; the root. */
	set("[i]\n# hint\n[j]\nx = 1\n", "i/a/p", "1", "[i]\na.p = 1\n# hint\n[j]\nx = 1\n");
	set("# top\nv = 1\n", "i/a/p", "1", "# top\nv = 1\n\n[i]\na.p = 1\n");
	set("", "i/a/p", "1", "[i]\na.p = 1\n");
	set("v = 1\n[j]\n", "w", "2", "v = 1\nw = 2\n[j]\n");
	set("[j]\n", "w", "2", "w = 2\n[j]\n");
	set("\xef\xbb\xbf[j]\n", "w", "2", "\xef\xbb\xbfw = 2\n[j]\n");
	set("[i]\r\na.p = 1\r\n", "i/b/p", "2", "[i]\r\na.p = 1\r\nb.p = 2\r\n");
	/* A row of a subsection is no row of the section. */
	set("[i]\na.p = 1\n[i.x]\np = 1\n", "i/b/p", "2", "[i]\na.p = 1\nb.p = 2\n[i.x]\np = 1\n");
	set("[i.x]\np = 1\n[i]\n", "i/b/p", "2", "[i.x]\np = 1\n[i]\nb.p = 2\n");
	set("[i]\na.p = '''\n[j]\n'''\n[j]\n", "i/b", "2",
	    "[i]\na.p = '''\n[j]\n'''\nb = 2\n[j]\n");
	/* Names that need quotes. */
	set("[i]\n", "i/flox-cuda\x7f \"ü\".x/p", "\"v\"",
	    "[i]\n\"flox-cuda\\U0000007F \\\"ü\\\".x\".p = \"v\"\n");
}

static void refused(bool remove, const char *text, const char *path, const char *value, int code,
		    const char *words)
{
	struct path p = path_of(path);
	BUF(out, LIMIT_SMALL_FILE);
	ERR(err);
	errint rc = remove ? toml_edit_remove(str_c(text), "f", p.v, p.n, &out, &err)
			   : toml_edit_set(str_c(text), "f", p.v, p.n, str_c(value), &out, &err);

	IS_INT(rc, code, words);
	OK(err.msg && strstr(err.msg, words), "it says so: %s", err.msg ? err.msg : "");
	IS_INT(out.n, 0, "nothing comes out");
}

static void test_refusals(void)
{
	refused(true, "[i]\n", "i/a", NULL, ERR_NOT_FOUND, "'i.a' is not there");
	refused(true, "i = 1\n", "i/a/b", NULL, ERR_NOT_FOUND, "'i.a.b' is not there");
	refused(true, "[i\n", "i", NULL, ERR_CORRUPT, "f:1:");
	refused(false, "[i.a]\n", "i/a", "1", ERR_EXISTS, "f:1:1: 'a' is a table");
	refused(false, "i = 1\n", "i/a", "1", ERR_CORRUPT, "'i' is an integer, not a table");
	refused(false, "[i]\n", "i/a", "1\nb = 2", ERR_CORRUPT, "more than a value");
	refused(false, "[i]\n", "i/a", "x", ERR_CORRUPT, "value:1:");
	refused(false, "[[i]]\n", "i/a", "1", ERR_CORRUPT, "'i' is an array");
}

int main(void)
{
	test_remove();
	test_replace();
	test_add();
	test_refusals();
	return tap_done();
}
