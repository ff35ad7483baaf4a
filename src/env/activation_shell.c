/* SPDX-License-Identifier: MIT
 *
 * Which shell, and becoming one: each reads its own start files first and then asks this program
 * for the rest, since whatever they set would otherwise win. How a shell is brought to do that is
 * told here, and nothing of it is left in the shell's environment. */
#include "env/activation_int.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/environ.h"
#include "base/file.h"
#include "env/dev_shell.h"

/* ---- which ---- */

enum activation_shell activation_shell_of(struct str program)
{
	static const struct {
		const char *name;
		enum activation_shell shell;
	} known[] = {
		{"bash", ACTIVATION_BASH},  {"zsh", ACTIVATION_ZSH},
		{"fish", ACTIVATION_FISH},  {"tcsh", ACTIVATION_TCSH},
		{"csh", ACTIVATION_TCSH},   {"bsd-csh", ACTIVATION_TCSH},
		{"rbash", ACTIVATION_BASH}, {"sh", ACTIVATION_SH},
		{"dash", ACTIVATION_SH},    {"ash", ACTIVATION_SH},
		{"busybox", ACTIVATION_SH}, {"ksh", ACTIVATION_SH},
		{"mksh", ACTIVATION_SH},
	};
	struct str name = str_drop_prefix(path_base(program), S("-"));

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (str_eqz(name, known[i].name))
			return known[i].shell;
	/* zsh5, bash-5.2, ksh93 */
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		struct str rest = str_drop_prefix(name, str_c(known[i].name));

		if (rest.n < name.n && rest.n && strspn(rest.p, "0123456789.-") >= rest.n)
			return known[i].shell;
	}
	return ACTIVATION_COMMON;
}

const char *activation_shell_name(enum activation_shell shell)
{
	static const char *const names[] = {
#define X(id, name) name,
		ACTIVATION_SHELLS(X)
#undef X
	};

	return names[shell];
}

static char *program_of(pid_t pid)
{
	char *file CLEANUP_FREE = xasprintf("/proc/%ld/exe", (long)pid);
	char *out = NULL;
	ERR(none);

	return read_link(AT_FDCWD, file, &out, &none) ? xstrdup("") : out;
}

enum activation_shell activation_shell_around(void)
{
	char *parent CLEANUP_FREE = program_of(getppid());
	const char *const asked[] = {env_get("FLOX_SHELL"), parent, env_get("SHELL")};

	for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
		enum activation_shell shell =
			asked[i] ? activation_shell_of(str_c(asked[i])) : ACTIVATION_COMMON;

		if (shell != ACTIVATION_COMMON)
			return shell;
	}
	return ACTIVATION_BASH;
}

enum activation_shell activation_shell_wanted(char **program, char **instead_of)
{
	const char *asked = env_get("FLOX_SHELL");
	struct passwd entry, *found = NULL;
	char text[4096];
	enum activation_shell shell;

	*instead_of = NULL;
	if (!asked)
		asked = env_get("SHELL");
	if (!asked && getpwuid_r(getuid(), &entry, text, sizeof(text), &found) == 0 && found)
		asked = found->pw_shell;
	if (!asked || !*asked)
		asked = "bash";
	shell = activation_shell_of(str_c(asked));
	if (shell != ACTIVATION_COMMON) {
		*program = xstrdup(asked);
		return shell;
	}
	*program = xstrdup("bash");
	*instead_of = xstrdup(asked);
	return ACTIVATION_BASH;
}

/* ---- start files ---- */

/* What the shell does last: the second step, which prints text for it. */
static void put_continue(const struct activation_entry *e, struct buf *b, const char *file,
			 const char *name)
{
	const struct dialect *d = dialect_of(activation_shell_of(str_c(name)));
	BUF(command, LIMIT_PATH_TEXT * 4);

	d->quote(&command, str_c(e->a->kiln));
	buf_putz(&command, " activate --continue ");
	d->quote(&command, str_c(file));
	buf_printf(&command, " --shell %s", name);
	d->run(d, b, buf_z(&command));
}

/* zsh reads them where ZDOTDIR says, which is the person's own again while theirs is read. */
static errint write_zsh(const struct activation_entry *e, struct str last, struct err *err)
{
	static const char *const names[] = {".zshenv", ".zshrc"};
	char *dir CLEANUP_FREE = state_file(e->state, "zsh");
	const char *home = env_get("HOME");
	errint rc = mkdir_p(AT_FDCWD, dir, 0700, err);

	for (size_t i = 0; !rc && i < ARRAY_LEN(names); i++) {
		BUF(b, LIMIT_SMALL_FILE);
		char *file CLEANUP_FREE = xasprintf("zsh/%s", names[i]);

		buf_printf(&b,
			   "_kiln_dir=$ZDOTDIR\n"
			   "if [[ -n ${_KILN_ZDOTDIR-} ]]; then ZDOTDIR=$_KILN_ZDOTDIR; else "
			   "unset ZDOTDIR; fi\n"
			   "[[ ! -r ${ZDOTDIR:-$HOME}/%s ]] || . ${ZDOTDIR:-$HOME}/%s\n",
			   names[i], names[i]);
		if (i == 0)
			buf_putz(&b, "export _KILN_ZDOTDIR=${ZDOTDIR-}\n"
				     "export ZDOTDIR=$_kiln_dir\nunset _kiln_dir\n");
		else
			buf_putz(&b, "unset _kiln_dir _KILN_ZDOTDIR\n");
		if (i == 1)
			buf_puts(&b, last);
		rc = state_write(e->state, file, buf_str(&b), err);
	}
	/* Completions that are collected already. */
	if (!rc && home) {
		char *from CLEANUP_FREE = path_join(str_c(home), S(".zcompdump"));
		char *to CLEANUP_FREE = path_join(str_c(dir), S(".zcompdump"));

		if (access(from, R_OK) == 0 && symlink(from, to) < 0)
			return 0;
	}
	return rc;
}

/* tcsh reads them in HOME, and only there. */
static errint write_tcsh(const struct activation_entry *e, struct str last, struct err *err)
{
	char *dir CLEANUP_FREE = state_file(e->state, "tcsh");
	BUF(b, LIMIT_SMALL_FILE);
	errint rc = mkdir_p(AT_FDCWD, dir, 0700, err);

	buf_putz(&b, "if ( $?_KILN_HOME ) then\nsetenv HOME \"$_KILN_HOME:q\"\n"
		     "set home = \"$HOME:q\"\nunsetenv _KILN_HOME\n"
		     "if ( -r ~/.tcshrc ) then\nsource ~/.tcshrc\n"
		     "else if ( -r ~/.cshrc ) then\nsource ~/.cshrc\nendif\n"
		     "else\nunsetenv HOME\nendif\n");
	buf_puts(&b, last);
	return rc ? rc : state_write(e->state, "tcsh/.tcshrc", buf_str(&b), err);
}

static errint write_bash(const struct activation_entry *e, struct str last, struct err *err)
{
	BUF(b, LIMIT_SMALL_FILE);

	buf_putz(&b, "[ ! -r ~/.bashrc ] || . ~/.bashrc\n");
	buf_puts(&b, last);
	return state_write(e->state, "bashrc", buf_str(&b), err);
}

struct shell_line {
	const char *v[8];
	size_t n;
};

static void add(struct shell_line *l, const char *word)
{
	l->v[l->n++] = word;
}

/* Interactive: the words behind the program, and what has to be in files and variables. */
static errint interactive(const struct activation_entry *e, enum activation_shell shell,
			  struct str last, struct arena *arena, struct shell_line *line,
			  struct err *err)
{
	const char *old;

	switch (shell) {
	case ACTIVATION_ZSH:
		old = env_get("ZDOTDIR");
		if (old)
			setenv("_KILN_ZDOTDIR", old, 1);
		setenv("ZDOTDIR", arena_printf(arena, "%s/zsh", e->state), 1);
		return write_zsh(e, last, err);
	case ACTIVATION_TCSH:
		old = env_text("HOME");
		if (old)
			setenv("_KILN_HOME", old, 1);
		setenv("HOME", arena_printf(arena, "%s/tcsh", e->state), 1);
		return write_tcsh(e, last, err);
	case ACTIVATION_FISH:
		add(line, "-C");
		add(line, arena_strz(arena, last));
		return 0;
	case ACTIVATION_SH:
		setenv("ENV", arena_printf(arena, "%s/bashrc", e->state), 1);
		return state_write(e->state, "bashrc", last, err);
	default:
		add(line, "--rcfile");
		add(line, arena_printf(arena, "%s/bashrc", e->state));
		return write_bash(e, last, err);
	}
}

errint activation_become_shell(struct activation_entry *e, enum activation_shell shell,
			       const char *program, const char *text, struct err *err)
{
	struct shell_line line = {{program}, 1};
	char *file CLEANUP_FREE = NULL;
	BUF(last, LIMIT_SMALL_FILE);
	errint rc = activation_level_done(e, UNDO_SHELL, err);

	if (!rc)
		rc = activation_prepare_shell(e, &file, err);
	if (rc)
		return rc;
	put_continue(e, &last, file, activation_shell_name(shell));
	if (text) {
		buf_putz(&last, text);
		buf_putc(&last, '\n');
		add(&line, "-c");
		add(&line, buf_z(&last));
	} else {
		rc = interactive(e, shell, buf_str(&last), &e->arena, &line, err);
		if (rc)
			return rc;
		if (shell != ACTIVATION_TCSH)
			add(&line, "-i");
	}
	rc = buf_check(&last, "text for a shell", err);
	if (rc)
		return rc;
	execvp(program, (char *const *)line.v);
	err_sys(err, "starting '%s'", program);
	return err_hint(err, "$FLOX_SHELL, else $SHELL, names the shell that is started");
}

errint activation_level_done(struct activation_entry *e, int kind, struct err *err)
{
	BUF(text, LIMIT_SMALL_FILE);
	char name[32];
	errint rc = e->active ? 0 : activation_note_undo(e, kind, &text, err);

	if (!rc && !e->active)
		setenv(undo_variable(e->level, name), buf_z(&text), 1);
	return rc;
}

errint activation_exec(struct activation_entry *e, char *const *command, struct err *err)
{
	errint rc = activation_level_done(e, UNDO_COMMAND, err);

	if (rc)
		return rc;
	execvp(command[0], command);
	err_sys(err, "starting '%s'", command[0]);
	return err_hint(err, "programs of the environment are in '%.*s/bin'", STR_ARG(e->a->env));
}
