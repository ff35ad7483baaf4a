/* SPDX-License-Identifier: MIT
 *
 * Where things stand in recipes, edits that leave every other byte alone, diffs, and writing that
 * is all or nothing. The recipes are evaluated with kiln's own set. */
#include "store_fixture.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/hash.h"
#include "project/session.h"
#include "recipe/diff.h"
#include "recipe/edit.h"
#include "tap.h"

static char *project;
static struct settings *settings;
static struct session session;
static struct store *store;

static char *at(const char *name)
{
	return arena_printf(&a, "%s/%s", project, name);
}

static void put(const char *name, const char *text)
{
	char *path = at(name);
	char *dir CLEANUP_FREE = str_dupz(path_dir(str_c(path)));

	IS_OK(mkdir_p(AT_FDCWD, dir, 0755, &err), err, "a folder");
	IS_OK(file_write(AT_FDCWD, path, str_c(text), 0644, 0, &err), err, name);
}

static struct str get(const char *name)
{
	BUF(text, LIMIT_NIX_SOURCE);

	IS_OK(file_read(AT_FDCWD, at(name), &text, &err), err, name);
	return arena_str(&a, buf_str(&text));
}

/* ---- syntax ---- */

static struct syntax parsed(const char *text)
{
	const struct eval_options o = {0};
	struct eval *E CLEANUP(eval_cleanup) = eval_new(&o);
	struct syntax s;

	IS_OK(eval_syntax(E, str_c(text), "/x.nix", &a, &s, &err), err, "it is parsed");
	return s;
}

static void test_syntax(void)
{
	struct syntax s =
		parsed("/* src = 1; */ { a.b /* c */ = rec { src = f \"x\\\"y\" ''z${\"i\"}''; "
		       "}; inherit (q) src v; \"k\" = http://h/p; } # src = 2;");

	IS_INT(s.n_bindings, 5, "bindings: comments have none");
	IS_STR(syntax_str(&s, s.bindings[0].name), S("a.b /* c */"), "a path");
	IS_STR(syntax_str(&s, s.bindings[1].name), S("src"), "one within it");
	IS_INT(s.bindings[1].up, 0, "knows in which it is");
	IS_STR(syntax_str(&s, s.bindings[1].range), S("src = f \"x\\\"y\" ''z${\"i\"}'';"),
	       "from its name to its semicolon");
	IS_STR(syntax_str(&s, s.bindings[1].expr), S("f \"x\\\"y\" ''z${\"i\"}''"),
	       "its expression");
	OK(s.bindings[2].inherited, "an inherited one");
	IS_STR(syntax_str(&s, s.bindings[2].expr), S("q"), "of this set");
	IS_STR(syntax_str(&s, s.bindings[3].name), S("v"), "the next one");
	IS_STR(syntax_str(&s, s.texts[0].range), S("x\\\"y"), "a literal as it is written");
	OK(s.texts[0].whole, "which is all there is between the quotes");
	IS_STR(syntax_str(&s, s.texts[1].range), S("z"), "a part of one");
	OK(!s.texts[1].whole, "which is not");
	IS_INT(s.texts[1].style, SYNTAX_INDENTED, "between two quotes");
	IS_STR(syntax_str(&s, s.texts[2].range), S("i"), "a literal in an interpolation");
	OK(s.texts[3].key, "a name in quotes is a name");
	IS_INT(s.texts[4].style, SYNTAX_BARE, "a URL");
}

/* ---- diffs ---- */

static void diff_is(const char *from, const char *to, const char *want, const char *what)
{
	BUF(out, LIMIT_NIX_SOURCE);

	diff_unified(S("f"), str_c(from), str_c(to), &out);
	IS_Z(buf_z(&out), want, what);
}

static void test_diff(void)
{
	diff_is("a\nb\n", "a\nb\n", "", "equal texts differ by nothing");
	diff_is("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nV\n6\n7\n8\n9\n",
		"--- a/f\n+++ b/f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+V\n 6\n 7\n 8\n", "one line");
	diff_is("a", "b\n", "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n",
		"a line without an end");
	diff_is("", "x\n", "--- a/f\n+++ b/f\n@@ -0,0 +1 @@\n+x\n", "from nothing");
	diff_is("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n", "0\n2\n3\n4\n5\n6\n7\n8\n9\n0\n",
		"--- a/f\n+++ b/f\n@@ -1,4 +1,4 @@\n-1\n+0\n 2\n 3\n 4\n@@ -7,4 +7,4 @@\n 7\n 8\n "
		"9\n-10\n+0\n",
		"two hunks");
}

/* ---- edits ---- */

static void test_edits(void)
{
	struct recipe_files f CLEANUP(recipe_files_release) = {0};
	struct str path, text = STR_NULL, crlf = S("{ a = 1;\r\n  b = \"\xc3\xa4\"; }");

	put("e.nix", "{ a = 1;\r\n  b = \"\xc3\xa4\"; }");
	path = str_c(at("e.nix"));
	IS_OK(recipe_files_open(&f, project, &err), err, "open");
	IS_OK(recipe_files_text(&f, path, &text, &err), err, "a text");
	IS_STR(text, crlf, "as it is on the disk");
	struct recipe_edit e[] = {
		{path, {20, 0}, S("")}, {path, {6, 1}, S("22")}, {path, {2, 1}, S("long")}};
	e[0].range = (struct syntax_range){17, 2};
	e[0].text = S("o");
	IS_OK(recipe_files_edit(&f, e, 3, &err), err, "three edits at once, in any order");
	IS_OK(recipe_files_text(&f, path, &text, &err), err, "read");
	OK(str_starts(text, S("{ long = 22;\r\n  b = ")), "the bytes between stay");
	e[1].range = (struct syntax_range){1, 5};
	IS_ERR(recipe_files_edit(&f, e, 3, &err), err, ERR_FAILED, "edits that overlap");
	IS_ERR(recipe_files_text(&f, S("/etc/passwd"), &text, &err), err, ERR_DENIED,
	       "a file of somebody else");
	IS_STR(get("e.nix"), crlf, "nothing was written yet");
	IS_OK(chmod(at("e.nix"), 0600), err, "its mode");
	IS_OK(recipe_files_write(&f, &err), err, "write");
	IS_STR(get("e.nix"), S("{ long = 22;\r\n  b = \"o\"; }"), "now it is");
	struct stat st = {0};
	OK(stat(at("e.nix"), &st) == 0 && (st.st_mode & 07777) == 0600, "with its mode");
	OK(access(at(".flox/.kiln-edits"), F_OK) != 0, "and without a journal");
}

/* What a kill leaves: the journal in this state, the new text beside the file. */
static void leave(const char *state, const char *old, const char *new, const char *now)
{
	char was[HASH_TEXT_MAX], is[HASH_TEXT_MAX];
	struct hash h;

	hash_bytes(HASH_SHA256, str_c(old), &h);
	hash_format(&h, HASH_BASE16, false, was);
	hash_bytes(HASH_SHA256, str_c(new), &h);
	hash_format(&h, HASH_BASE16, false, is);
	put("k.nix", now);
	put(".k.nix.kiln-edit", new);
	put(".flox/.kiln-edits", arena_printf(&a, "%s\n%s %s k.nix\n", state, was, is));
}

static void test_killed(void)
{
	struct recipe_files f CLEANUP(recipe_files_release) = {0};

	leave("prepare", "old", "new", "old");
	IS_OK(recipe_files_open(&f, project, &err), err, "killed before all was ready");
	IS_STR(get("k.nix"), S("old"), "it is as it was");
	OK(access(at(".k.nix.kiln-edit"), F_OK) != 0, "and nothing lies beside it");
	recipe_files_release(&f);
	leave("commit", "old", "new", "old");
	IS_OK(recipe_files_open(&f, project, &err), err, "killed after that");
	IS_STR(get("k.nix"), S("new"), "it is what it was to become");
	OK(access(at(".flox/.kiln-edits"), F_OK) != 0, "and the journal is gone");
	recipe_files_release(&f);
	leave("commit", "old", "new", "by hand");
	IS_ERR(recipe_files_open(&f, project, &err), err, ERR_FAILED, "edited by hand since");
	IS_STR(get("k.nix"), S("by hand"), "which is kept");
	IS_OK(unlink(at(".flox/.kiln-edits")), err, "the cure");
	recipe_files_release(&f);
	recipe_files_release(&f);
	leave("commit", "old", "new", "old");
	put(".k.nix.kiln-edit", "foreign");
	IS_ERR(recipe_files_open(&f, project, &err), err, ERR_FAILED,
	       "beside it lies something else");
	IS_STR(get("k.nix"), S("old"), "which does not come in its place");
	recipe_files_release(&f);
	leave("commit", "old", "new", "old");
	put("below/.flox/.kiln-edits",
	    arena_printf(&a, "%.*s ../k.nix\n",
			 (int)(strlen(get(".flox/.kiln-edits").p) - strlen(" k.nix\n")),
			 get(".flox/.kiln-edits").p));
	IS_ERR(recipe_files_open(&f, at("below"), &err), err, ERR_CORRUPT, "one that leads out");
	IS_STR(get("k.nix"), S("old"), "edits nothing there");
	IS_OK(unlink(at(".k.nix.kiln-edit")), err, "the cure");
	recipe_files_release(&f);
	put(".flox/.kiln-edits", "what?\n");
	IS_ERR(recipe_files_open(&f, project, &err), err, ERR_CORRUPT, "no journal at all");
	IS_OK(unlink(at(".flox/.kiln-edits")), err, "the cure");
}

static void test_changed_meanwhile(void)
{
	struct recipe_files f CLEANUP(recipe_files_release) = {0};
	struct str text;

	put("m.nix", "1");
	put("n.nix", "1");
	struct recipe_edit e[] = {{str_c(at("m.nix")), {0, 1}, S("2")},
				  {str_c(at("n.nix")), {0, 1}, S("2")}};
	IS_OK(recipe_files_open(&f, project, &err), err, "open");
	IS_OK(recipe_files_text(&f, e[0].path, &text, &err), err, "read");
	IS_OK(recipe_files_edit(&f, e, 2, &err), err, "edit two");
	put("n.nix", "3");
	IS_ERR(recipe_files_write(&f, &err), err, ERR_FAILED, "one was changed meanwhile");
	IS_STR(get("m.nix"), S("1"), "so that neither is written");
	IS_STR(get("n.nix"), S("3"), "nor what was changed lost");
}

/* ---- src ---- */

static void src_is(const char *recipe, const char *want, const char *what)
{
	struct recipe_files f CLEANUP(recipe_files_release) = {0};
	struct recipe_place place = {0};
	struct str text = STR_NULL;

	put(".flox/pkgs/r.nix", recipe);
	IS_OK(recipe_files_open(&f, project, &err), err, "open");
	IS_OK(recipe_src(&session, &f, "r", &place, &err), err, what);
	IS_OK(recipe_files_text(&f, place.path, &text, &err), err, "read");
	IS_STR(str_sub(text, place.range.at, place.range.n), str_c(want), what);
}

#define FETCH "fetchurl { url = \"http://h/x-1.0.tar.gz\"; sha256 = \"\"; }"

static void test_src(void)
{
	struct recipe_files f CLEANUP(recipe_files_release) = {0};
	struct recipe_place place;

	src_is("{ stdenv, fetchurl }: stdenv.mkDerivation { pname = \"r\"; version = \"1\"; src = "
	       "/* here */ " FETCH "; }",
	       FETCH, "a derivation's own");
	src_is("{ stdenv, fetchurl }: let src = " FETCH "; other = { src = 1; }; in "
	       "stdenv.mkDerivation (finalAttrs: { pname = \"r\"; version = \"1\"; inherit src; })",
	       FETCH, "an inherited one");
	src_is("{ python3, fetchPypi }: python3.pkgs.buildPythonPackage rec { pname = \"r\"; "
	       "version = \"1\"; format = \"wheel\"; src = fetchPypi { inherit pname version "
	       "format; hash = \"\"; }; }",
	       "fetchPypi { inherit pname version format; hash = \"\"; }", "a wheel's");
	put("src.nix", "f: { src = f { url = \"http://h/y-1.0.tar.gz\"; sha256 = \"\"; }; }");
	src_is("{ stdenv, fetchurl }: stdenv.mkDerivation ({ pname = \"r\"; version = \"1\"; } // "
	       "import ../../src.nix fetchurl)",
	       "f { url = \"http://h/y-1.0.tar.gz\"; sha256 = \"\"; }", "one in another file");
	put(".flox/pkgs/r.nix", "{ stdenv }: stdenv.mkDerivation { pname = \"r\"; version = "
				"\"1\"; dontUnpack = true; }");
	IS_OK(recipe_files_open(&f, project, &err), err, "open");
	IS_ERR(recipe_src(&session, &f, "r", &place, &err), err, ERR_NOT_FOUND, "none at all");
}

int main(void)
{
	IS_OK(temp_dir(temp_dir_root(), "kiln-test-recipe-", &root, &err), err, "scratch folder");
	setenv("XDG_CONFIG_HOME", root, 1);
	setenv("XDG_CACHE_HOME", root, 1);
	setenv("KILN_DATA_DIR", KILN_SOURCE, 1);
	store = open_store();
	char *dir CLEANUP_FREE = xasprintf("%s/project", root);
	IS_OK(mkdir_p(AT_FDCWD, dir, 0755, &err), err, "a project");
	project = realpath(dir, NULL);
	put(".flox/pkgs/r.nix", "");
	settings = settings_new(NULL);
	session_init(&session, store, settings, NULL);
	test_syntax();
	test_diff();
	test_edits();
	test_killed();
	test_changed_meanwhile();
	test_src();
	session_release(&session);
	settings_free(settings);
	free(project);
	store_close(store);
	remove_tree_quietly(AT_FDCWD, root);
	free(root);
	arena_release(&a);
	return tap_done();
}
