/* SPDX-License-Identifier: MIT
 *
 * The text that a running shell evaluates, in two steps each way. Entering: variables, prompt and
 * the environment's profile; then, once these ran, what they changed is noted beside the rest.
 * Leaving: the environment's own scripts; then what is to be restored, as it is by then. */
#include "env/activation_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/environ.h"
#include "base/file.h"

extern const struct dialect dialect_bash, dialect_zsh, dialect_sh, dialect_fish, dialect_tcsh;

const struct dialect *dialect_of(enum activation_shell shell)
{
	switch (shell) {
	case ACTIVATION_ZSH:
		return &dialect_zsh;
	case ACTIVATION_FISH:
		return &dialect_fish;
	case ACTIVATION_TCSH:
		return &dialect_tcsh;
	case ACTIVATION_SH:
		return &dialect_sh;
	default:
		return &dialect_bash;
	}
}

struct putting {
	const struct dialect *d;
	struct buf *b;
};

static void put_change(void *ctx, struct str name, const struct str *was ATTR_UNUSED,
		       const struct str *is)
{
	struct putting *p = ctx;

	if (is)
		p->d->set(p->d, p->b, name, *is);
	else
		p->d->unset(p->b, name);
}

static void put_changes(const struct dialect *d, struct buf *b, const struct environ_copy *was,
			const struct environ_copy *is)
{
	struct putting p = {d, b};

	environ_changes(was, is, put_change, &p);
}

/* `'kiln' VERB OPTION --shell NAME --pid PID`, whose output is text. */
static void put_step(const struct dialect *d, struct buf *b, const char *kiln, const char *step,
		     const char *file)
{
	BUF(command, LIMIT_PATH_TEXT * 4);

	d->quote(&command, str_c(kiln));
	buf_printf(&command, " %s ", step);
	if (file)
		d->quote(&command, str_c(file));
	buf_printf(&command, " --shell %s --pid %s", activation_shell_name(d->shell), d->pid);
	d->run(d, b, buf_z(&command));
}

/* ---- scripts of the environment ---- */

static void put_script(const struct dialect *d, struct buf *b, const char *state,
		       const char *prefix, enum activation_shell shell)
{
	char *file CLEANUP_FREE =
		xasprintf("%s/%s-%s", state, prefix, activation_shell_name(shell));

	if (access(file, R_OK) == 0)
		d->source(d, b, file);
}

/* common, then the shell's own. */
static void put_scripts(const struct dialect *d, struct buf *b, const char *state,
			const char *prefix)
{
	put_script(d, b, state, prefix, ACTIVATION_COMMON);
	put_script(d, b, state, prefix, d->shell);
}

static errint write_scripts(const struct activation *a, const char *state, struct err *err)
{
	errint rc = 0;

	for (int i = 0; !rc && i < ACTIVATION_SHELL_COUNT; i++) {
		const char *shell = activation_shell_name((enum activation_shell)i);
		char *in CLEANUP_FREE = xasprintf("profile-%s", shell);
		char *out CLEANUP_FREE = xasprintf("leave-%s", shell);

		if (a->profile[i].n)
			rc = state_write(state, in, a->profile[i], err);
		if (!rc && a->unprofile[i].n)
			rc = state_write(state, out, a->unprofile[i], err);
	}
	return rc;
}

/* ---- tcsh's files ---- */

/* What its alias sources: one line of an alias cannot choose. */
static errint write_alias(const struct dress *dress, struct err *err)
{
	BUF(b, LIMIT_PATH_TEXT * 4);
	BUF(kiln, LIMIT_PATH_TEXT * 2);

	dialect_tcsh.quote(&kiln, str_c(dress->kiln));
	buf_printf(&b,
		   "if ( $#_kiln_argv == 1 ) then\nif ( \"$_kiln_argv[1]:q\" == deactivate ) then\n"
		   "eval \"`%s deactivate --print-script --shell tcsh`\"\nelse\n%s "
		   "$_kiln_argv:q\nendif\nelse\n%s $_kiln_argv:q\nendif\nunset _kiln_argv\n",
		   buf_z(&kiln), buf_z(&kiln), buf_z(&kiln));
	return file_write(AT_FDCWD, dress->file, buf_str(&b), 0600, 0, err);
}

static char *alias_file(const char *state)
{
	struct str top = path_dir(str_c(state));

	return xasprintf("%.*s/kiln.tcsh", STR_ARG(top));
}

/* One line that sources the text, from a file that goes with it. */
static errint wrap_tcsh(const char *state, struct buf *b, size_t from, struct err *err)
{
	struct str top = path_dir(str_c(state));
	char *file CLEANUP_FREE = xasprintf("%.*s/text-%ld.tcsh", STR_ARG(top), (long)getpid());
	BUF(text, LIMIT_TOML_TEXT);
	errint rc;

	buf_putz(&text, "\\rm -f ");
	dialect_tcsh.quote(&text, str_c(file));
	buf_putc(&text, '\n');
	buf_puts(&text, str_skip(buf_str(b), from));
	b->n = from;
	buf_putz(b, "source ");
	dialect_tcsh.quote(b, str_c(file));
	buf_putz(b, ";\n");
	rc = buf_check(&text, "text for tcsh", err);
	return rc ? rc : file_write(AT_FDCWD, file, buf_str(&text), 0600, 0, err);
}

static errint wrap(const struct dialect *d, const char *state, struct buf *b, size_t from,
		   struct err *err)
{
	errint rc = buf_check(b, "text for a shell", err);

	return rc || d->shell != ACTIVATION_TCSH ? rc : wrap_tcsh(state, b, from, err);
}

/* ---- entering ---- */

static errint put_dress(const struct dialect *d, struct buf *b, const char *state, const char *kiln,
			const char *called, struct err *err)
{
	char *label CLEANUP_FREE = activation_label();
	char *file CLEANUP_FREE = alias_file(state);
	const struct dress dress = {.label = label, .kiln = kiln, .called = called, .file = file};
	errint rc = d->shell == ACTIVATION_TCSH ? write_alias(&dress, err) : 0;

	if (!rc)
		d->dress(d, b, &dress);
	return rc;
}

static void put_undo(struct str text, unsigned level, const struct dialect *d, struct buf *b)
{
	char name[32];

	d->set(d, b, str_c(undo_variable(level, name)), text);
}

errint activation_note_undo(struct activation_entry *e, int kind, struct buf *out, struct err *err)
{
	struct undo undo CLEANUP(undo_release) = {
		.kind = (enum undo_kind)kind,
		.name = e->a->name,
		.dir = e->a->dir,
		.env = e->a->env,
		.state = str_c(e->state),
		.called = str_c(e->a->called),
		.pid = kind == UNDO_SHELL ? getpid() : 0,
	};
	struct environ_copy now;

	environ_take(&e->arena, &now);
	undo_note(&undo, &e->arena, &e->before, &now);
	return undo_print(&undo, out, err);
}

/* The environment as it is now, for the second step. */
static errint write_now(struct activation_entry *e, char **file, struct err *err)
{
	char *name CLEANUP_FREE = xasprintf("enter-%ld", (long)getpid());

	*file = state_file(e->state, name);
	return activation_tell(*file, err);
}

errint activation_print(struct activation_entry *e, enum activation_shell shell, struct buf *out,
			struct err *err)
{
	const struct dialect *d = dialect_of(shell);
	char *file CLEANUP_FREE = NULL;
	BUF(undo, LIMIT_SMALL_FILE);
	struct environ_copy now;
	size_t from = out->n;
	errint rc = write_scripts(e->a, e->state, err);

	environ_take(&e->arena, &now);
	if (!rc && !e->active) {
		put_changes(d, out, &e->before, &now);
		rc = activation_note_undo(e, UNDO_IN_PLACE, &undo, err);
		if (!rc)
			put_undo(buf_str(&undo), e->level, d, out);
		if (!rc)
			rc = write_now(e, &file, err);
		if (!rc)
			rc = state_attach_soon(e->state, getpid(), err);
	}
	if (!rc)
		rc = put_dress(d, out, e->state, e->a->kiln, e->a->called, err);
	if (rc)
		return rc;
	if (!e->active)
		d->note(out, e->level);
	put_scripts(d, out, e->state, "profile");
	if (!e->active) {
		d->noted(out, e->level);
		put_step(d, out, e->a->kiln, "activate --settle", file);
	}
	return wrap(d, e->state, out, from, err);
}

static errint read_told(struct arena *a, const char *file, struct environ_copy *out,
			struct err *err)
{
	BUF(text, LIMIT_TOML_TEXT);
	errint rc = file_read(AT_FDCWD, file, &text, err);

	unlink(file);
	return rc ? rc : environ_parse(a, buf_str(&text), out, err);
}

errint activation_settle(const char *file, enum activation_shell shell, pid_t pid, struct buf *out,
			 struct err *err)
{
	const struct dialect *d = dialect_of(shell);
	ARENA(arena);
	struct undo undo CLEANUP(undo_release) = {0};
	struct environ_copy then, now;
	BUF(text, LIMIT_SMALL_FILE);
	size_t from = out->n;
	unsigned level;
	errint rc = undo_here(&arena, &level, &undo, err);

	if (!rc && !level)
		rc = err_set(err, ERR_NOT_FOUND, "no environment is active");
	if (!rc)
		rc = read_told(&arena, file, &then, err);
	if (rc)
		return rc;
	char *state CLEANUP_FREE = str_dupz(undo.state);

	struct str printer = str_drop_prefix(path_base(str_c(file)), S("enter-"));
	uint64_t number = 0;

	rc = state_attach(state, pid, err);
	if (str_to_u64(printer, &number))
		state_attached_now(state, (pid_t)number);
	environ_take(&arena, &now);
	undo_note(&undo, &arena, &then, &now);
	if (!rc)
		rc = undo_print(&undo, &text, err);
	if (rc)
		return rc;
	put_undo(buf_str(&text), level, d, out);
	return wrap(d, state, out, from, err);
}

/* ---- in a shell that was become ---- */

/* What the shell's own start files changed of it is the environment's again; of a list only that
 * its folders come first. */
static void put_again(const struct dialect *d, struct buf *b, struct arena *a,
		      const struct undo *undo, const struct environ_copy *want,
		      const struct environ_copy *now, bool more)
{
	static const struct str of_all[] = {S("FLOX_PROMPT_ENVIRONMENTS"),
					    S("_FLOX_ACTIVE_ENVIRONMENTS")};

	for (size_t i = 0; i < undo->n; i++) {
		const struct undo_row *row = &undo->v[i];
		const struct str *wanted = environ_find(want, row->name);
		const struct str *is = environ_find(now, row->name);
		struct str value;

		if (more && (str_eq(row->name, of_all[0]) || str_eq(row->name, of_all[1])))
			continue;
		if (!wanted || (is && str_eq(*is, *wanted))) {
			if (!wanted && is)
				d->unset(b, row->name);
			continue;
		}
		value = *wanted;
		if (is && row->added.n) {
			struct str rest = environ_list_without(a, *is, row->added);

			value = str_c(arena_printf(a, "%.*s%s%.*s", STR_ARG(row->added),
						   rest.n ? ":" : "", STR_ARG(rest)));
		}
		d->set(d, b, row->name, value);
	}
}

/* What the shell's start files entered, such as an environment of every shell, is further in by
 * number and stays behind in lists. */
errint activation_continue(const char *file, enum activation_shell shell, const char *kiln,
			   struct buf *out, struct err *err)
{
	const struct dialect *d = dialect_of(shell);
	ARENA(arena);
	struct undo undo CLEANUP(undo_release) = {0};
	struct environ_copy want, now;
	const struct str *dir;
	size_t from = out->n;
	unsigned level = 0;
	errint rc = read_told(&arena, file, &want, err);

	if (rc)
		return rc;
	dir = environ_find(&want, S("FLOX_ENV_PROJECT"));
	rc = undo_find(&arena, dir ? *dir : S(""), STR_NULL, &level, &undo, err);
	if (!rc && !level)
		rc = err_set(err, ERR_NOT_FOUND, "the shell's start files left the environment");
	if (rc)
		return rc;
	char *state CLEANUP_FREE = str_dupz(undo.state);

	environ_take(&arena, &now);
	put_again(d, out, &arena, &undo, &want, &now, level < undo_level());
	char *called CLEANUP_FREE = str_dupz(undo.called);
	rc = put_dress(d, out, state, kiln, called, err);
	if (rc)
		return rc;
	put_scripts(d, out, state, "profile");
	return wrap(d, state, out, from, err);
}

errint activation_prepare_shell(struct activation_entry *e, char **file, struct err *err)
{
	errint rc = write_scripts(e->a, e->state, err);

	return rc ? rc : write_now(e, file, err);
}

/* ---- leaving ---- */

errint activation_leave(const char *kiln, enum activation_shell shell, pid_t parent,
			struct buf *out, struct err *err)
{
	const struct dialect *d = dialect_of(shell);
	ARENA(arena);
	struct undo undo CLEANUP(undo_release) = {0};
	size_t from = out->n;
	unsigned level;
	errint rc = undo_here(&arena, &level, &undo, err);

	if (rc)
		return rc;
	if (!level) {
		err_set(err, ERR_NOT_FOUND, "no environment is active here");
		return err_hint(err, "'kiln activate' activates the one of this folder");
	}
	/* The shell that was become for it ends, if this is it. */
	if (undo.kind == UNDO_SHELL && undo.pid == parent) {
		buf_putz(out, d->end);
		return buf_check(out, "text for a shell", err);
	}
	char *state CLEANUP_FREE = str_dupz(undo.state);

	put_scripts(d, out, state, "leave");
	put_step(d, out, kiln, "deactivate --restore", NULL);
	return wrap(d, state, out, from, err);
}

errint activation_restore(const char *kiln, enum activation_shell shell, pid_t pid, struct buf *out,
			  struct err *err)
{
	const struct dialect *d = dialect_of(shell);
	ARENA(arena);
	struct undo undo CLEANUP(undo_release) = {0};
	struct environ_copy was, is;
	char name[32];
	size_t from = out->n;
	unsigned level;
	errint rc = undo_here(&arena, &level, &undo, err);

	if (rc || !level)
		return rc;
	char *state CLEANUP_FREE = str_dupz(undo.state);
	char *file CLEANUP_FREE = alias_file(state), *called CLEANUP_FREE = str_dupz(undo.called);

	environ_take(&arena, &was);
	undo_apply(&undo, &arena);
	environ_take(&arena, &is);
	put_changes(d, out, &was, &is);
	d->unset(out, str_c(undo_variable(level, name)));
	char *label CLEANUP_FREE = activation_label();
	const struct dress dress = {.label = label,
				    .kiln = kiln,
				    .called = called,
				    .file = file,
				    .outermost = level == 1};

	d->undress(d, out, &dress);
	d->forget(out, level);
	rc = wrap(d, state, out, from, err);
	if (!rc)
		state_detach(state, pid);
	return rc;
}

errint activation_here(struct arena *a, struct activation_here *out, struct err *err)
{
	struct undo undo CLEANUP(undo_release) = {0};

	*out = (struct activation_here){0};
	errint rc = undo_here(a, &out->level, &undo, err);

	if (rc || !out->level)
		return rc;
	out->name = undo.name;
	out->dir = undo.dir;
	out->env = undo.env;
	out->state = undo.state;
	return 0;
}
