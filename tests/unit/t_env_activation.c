/* SPDX-License-Identifier: MIT
 *
 * What an activation knows as data: values of [vars] as bash expands them, the record of how a
 * level is left, lists of folders. */
#include <unistd.h>
#include "base/process.h"
#include "env/activation_int.h"
#include "tap.h"

/* ---- [vars] ---- */

/* What bash makes of it, or the same text as was given where there is none. */
static bool bash_says(const char *text, struct buf *out)
{
	BUF(script, LIMIT_SMALL_FILE);
	ERR(err);

	buf_putz(&script, "printf %s \"");
	activation_put_quoted_text(&script, str_c(text));
	buf_putz(&script, "\"");
	const char *const argv[] = {"bash", "-c", buf_z(&script), NULL};
	return !process_capture(argv, out, NULL, &err);
}

static void test_expand(void)
{
	static const char *const ours[] = {
		"plain",
		"$A",
		"${A}",
		"$A/x ${A}y",
		"$Ax",
		"${UNSET_ONE:-b}",
		"${UNSET_ONE-b}",
		"${EMPTY:-b}",
		"${EMPTY-b}",
		"${A:+yes}",
		"${A+yes}",
		"${UNSET_ONE+yes}",
		"${UNSET_ONE:-${A}/c}",
		"${UNSET_ONE:-${EMPTY:-$A}}}",
		"a\"quoted\" word",
		"it's",
		"cost: $5 and $$",
		"\\$A \\\\ \\n \\`",
		"a\\\nb",
		"~/x",
		"*",
		"a  b\nc",
		"tail\\",
		"100% of $ and $",
		"sqlite:///${UNSET_ONE:-$A}/x.db",
		"${A}${UNSET_ONE}${EMPTY}",
		"\xc3\xa9 $A",
	};
	bool have = access("/bin/bash", X_OK) == 0;

	setenv("A", "one two", 1);
	setenv("EMPTY", "", 1);
	unsetenv("UNSET_ONE");
	for (size_t i = 0; i < ARRAY_LEN(ours); i++) {
		BUF(got, LIMIT_SMALL_FILE);
		BUF(want, LIMIT_SMALL_FILE);
		bool shell = false;

		activation_expand(str_c(ours[i]), &got, &shell);
		if (shell)
			OK(strstr(ours[i], "$5"), "left to a shell: %s", ours[i]);
		else if (!have || !bash_says(ours[i], &want))
			tap_skip(ours[i], "no bash");
		else
			IS_STR(buf_str(&got), buf_str(&want), ours[i]);
	}
}

static void test_shell_needed(void)
{
	static const char *const theirs[] = {
		"$(date)", "`date`", "${A#x}", "${A%x}",   "${A:=x}",
		"${A:?x}", "${#A}",  "$1",     "$$",       "$?",
		"${A",     "${}",    "${A:}",  "$((1+1))", "${B:-$(echo x)}",
	};

	unsetenv("B");
	for (size_t i = 0; i < ARRAY_LEN(theirs); i++) {
		BUF(got, LIMIT_SMALL_FILE);
		bool shell = false;

		activation_expand(str_c(theirs[i]), &got, &shell);
		OK(shell, "only a shell can do %s", theirs[i]);
	}
}

static void test_order(void)
{
	const struct activation_var vars[] = {
		{S("C"), S("$B/c")},
		{S("B"), S("${A}/b")},
		{S("A"), S("a:$A")},
		{S("D"), S("\\$C")},
	};
	const struct activation_var circle[] = {{S("A"), S("$B")}, {S("B"), S("${A}")}};
	size_t order[4];
	ERR(err);

	IS_OK(activation_vars_order(vars, 4, order, &err), err, "an order is found");
	OK(order[0] == 2 && order[1] == 1 && order[2] == 0 && order[3] == 3,
	   "each behind what it needs, itself not counted");
	IS_ERR(activation_vars_order(circle, 2, order, &err), err, ERR_FAILED, "a circle");
}

/* ---- leaving ---- */

static void test_undo(void)
{
	ARENA(a);
	struct undo undo CLEANUP(undo_release) = {.kind = UNDO_IN_PLACE,
						  .name = S("a b"),
						  .dir = S("/x y/\n'\"%"),
						  .env = S("/e"),
						  .state = S("/s"),
						  .pid = 7};
	struct undo back CLEANUP(undo_release) = {0};
	struct environ_copy was, is;
	BUF(text, LIMIT_SMALL_FILE);
	ERR(err);

	clearenv();
	setenv("SAME", "1", 1);
	setenv("CHANGED", "old, \xff", 1);
	setenv("GONE", "g", 1);
	setenv("OWN", "old", 1);
	setenv("PATH", "/u:/v", 1);
	environ_take(&a, &was);
	setenv("CHANGED", "new", 1);
	setenv("CAME", "c", 1);
	unsetenv("GONE");
	setenv("OWN", "made", 1);
	setenv("PATH", "/e/bin:/u:/v", 1);
	environ_take(&a, &is);
	undo_note(&undo, &a, &was, &is);
	IS_OK(undo_print(&undo, &text, &err), err, "printed");
	OK(!strpbrk(buf_z(&text), "'\"\\$`!\n*?[]{}()<>|;&~#"), "no shell reads anything into it");
	IS_OK(undo_parse(&a, buf_str(&text), &back, &err), err, "read back");
	IS_STR(back.dir, undo.dir, "the folder");
	IS_INT(back.n, 5, "five variables");
	setenv("OWN", "a person's", 1);
	setenv("PATH", "/mine:/e/bin:/u:/v", 1);
	undo_apply(&back, &a);
	IS_Z(getenv("CHANGED"), "old, \xff", "has its value again");
	IS_Z(getenv("GONE"), "g", "is back");
	OK(!getenv("CAME"), "is gone");
	IS_Z(getenv("OWN"), "a person's", "what a person changed stays");
	IS_Z(getenv("PATH"), "/mine:/u:/v", "of a list only what came goes");
}

static void test_undo_broken(void)
{
	static const char *const broken[] = {
		"",
		"1",
		"2 i",
		"1 x",
		"1 i Z",
		"1 i =A",
		"1 i =A,b",
		"1 i =1,b,1,",
		"1 i -A,1,%0",
		"1 i -A,1,%00",
		"1 i P-1",
		"1 i =A,b,1,,",
		"1 i  ",
		"1 i -A,00000000000000001,",
	};
	ARENA(a);
	ERR(err);

	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		struct undo undo CLEANUP(undo_release) = {0};

		IS_ERR(undo_parse(&a, str_c(broken[i]), &undo, &err), err, ERR_CORRUPT, broken[i]);
	}
	setenv("_KILN_UNDO_1", "1 i Nx Dy Ez Sq P0 -A,1", 1);
	unsigned level;
	struct undo undo CLEANUP(undo_release) = {0};
	IS_ERR(undo_here(&a, &level, &undo, &err), err, ERR_CORRUPT, "one that was changed");
	unsetenv("_KILN_UNDO_1");
}

/* ---- the rest ---- */

static void test_lists(void)
{
	ARENA(a);

	IS_STR(environ_list_added(&a, S("/a:/b"), S("/x:/a:/y:/b")), S("/x:/y"), "what came");
	IS_STR(environ_list_without(&a, S("/x:/a::/b"), S("/x:/b")), S("/a:"), "empty ones stay");
	OK(environ_is_list(S("PKG_CONFIG_PATH")) && environ_is_list(S("XDG_DATA_DIRS")) &&
		   !environ_is_list(S("HOME")),
	   "lists by their names");
}

static void test_shells(void)
{
	OK(activation_shell_of(S("/usr/bin/bash")) == ACTIVATION_BASH, "bash");
	OK(activation_shell_of(S("-zsh")) == ACTIVATION_ZSH, "a login shell");
	OK(activation_shell_of(S("zsh-5.9")) == ACTIVATION_ZSH, "with a version");
	OK(activation_shell_of(S("/bin/csh")) == ACTIVATION_TCSH, "csh");
	OK(activation_shell_of(S("nu")) == ACTIVATION_COMMON, "none of them");
	OK(activation_shell_of(S("bashful")) == ACTIVATION_COMMON, "another word");
}

int main(void)
{
	test_expand();
	test_shell_needed();
	test_order();
	test_lists();
	test_shells();
	test_undo();
	test_undo_broken();
	return tap_done();
}
