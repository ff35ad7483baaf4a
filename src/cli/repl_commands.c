/* SPDX-License-Identifier: MIT
 *
 * What starts with a colon. One table has everything about a command; :? prints it. */
#include "cli/repl.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/arena.h"
#include "base/environ.h"
#include "base/process.h"
#include "base/report.h"
#include "job/build_log.h"
#include "project/project.h"
#include "store/derivation.h"
#include "store/store.h"

struct repl_command {
	const char *names; /* ":l :load" */
	const char *arg;
	const char *help; /* NULL: not shown */
	errint (*run)(struct repl *r, struct str arg, struct err *err);
	bool needs_arg;
};
static const struct repl_command commands[];

static errint print_help(struct repl *r, struct str arg, struct err *err)
{
	buf_putz(&r->out, "  <expr>                     evaluate and print\n"
			  "  <x> = <expr>; …            bind variables\n");
	for (const struct repl_command *c = commands; c->names; c++) {
		size_t from = r->out.n;
		struct str rest = str_c(c->names), one;
		const char *comma = "";

		if (!c->help)
			continue;
		buf_putz(&r->out, "  ");
		for (; str_split(&rest, ' ', &one); comma = ", ")
			buf_printf(&r->out, "%s%.*s", comma, STR_ARG(one));
		if (c->arg)
			buf_printf(&r->out, " %s", c->arg);
		buf_printf(&r->out, "%*s%s\n", (int)(29 - MIN(r->out.n - from, (size_t)28)), "",
			   c->help);
	}
	return 0;
}

/* ---- the scope ---- */

static errint add_attrs(struct repl *r, struct str arg, struct err *err)
{
	struct value *v;
	errint rc = repl_eval(r, arg, &v, err);

	return rc ? rc : repl_add_attrs(r, v, err);
}

static errint load(struct repl *r, struct str arg, struct err *err)
{
	char *file CLEANUP_FREE = str_dupz(arg);

	eval_forget_files(r->e.eval);
	return repl_load(r, file, false, err);
}

static errint load_flake(struct repl *r, struct str arg, struct err *err)
{
	char *ref CLEANUP_FREE = str_dupz(arg);

	return repl_load(r, ref, true, err);
}

static errint reload(struct repl *r, struct str arg, struct err *err)
{
	repl_load_all(r);
	return 0;
}

static void print_names(struct repl *r, const struct str *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(&r->out, "%.*s\n", STR_ARG(names[i]));
}

static errint print_last_loaded(struct repl *r, struct str arg, struct err *err)
{
	ARENA(a);
	struct str *names;
	size_t n;

	if (!r->last_loaded)
		return err_set(err, ERR_NOT_FOUND, "nothing has been loaded yet");
	errint rc = eval_attr_names(r->e.eval, r->last_loaded, &a, &names, &n, err);
	if (rc)
		return rc;
	print_names(r, names, n);
	return 0;
}

static errint print_scope(struct repl *r, struct str arg, struct err *err)
{
	ARENA(a);
	struct str *names;
	size_t n;

	eval_scope_names(r->scope, false, &a, &names, &n);
	print_names(r, names, n);
	return 0;
}

/* ---- values ---- */

static errint print_deep(struct repl *r, struct str arg, struct err *err)
{
	struct value *v;
	struct str text;
	ERR(no_string);
	errint rc = repl_eval(r, arg, &v, err);

	if (rc)
		return rc;
	/* A string is its bytes. */
	if (eval_is_string(v) && !eval_get_string(r->e.eval, v, &text, &no_string))
		buf_puts(&r->out, text);
	else
		rc = eval_print(r->e.eval, v, EVAL_DEEP, r->colors ? EVAL_COLORS : 0, &r->out, err);
	if (rc)
		return rc;
	buf_putc(&r->out, '\n');
	return 0;
}

static errint print_type(struct repl *r, struct str arg, struct err *err)
{
	struct value *v;
	errint rc = repl_eval(r, arg, &v, err);

	if (rc)
		return rc;
	buf_printf(&r->out, "%s\n", eval_type_text(v));
	return 0;
}

/* For `a.b` that has no documentation as a value: where b is defined. */
static bool attr_doc(struct repl *r, struct str arg)
{
	ptrdiff_t dot = str_rchr(arg, '.');
	struct value *set;
	ERR(none);

	return dot > 0 && !repl_eval(r, str_sub(arg, 0, (size_t)dot), &set, &none) &&
	       eval_attr_doc(r->e.eval, set, str_skip(arg, (size_t)dot + 1), &r->out);
}

static errint print_doc(struct repl *r, struct str arg, struct err *err)
{
	struct value *v;
	errint rc = repl_eval(r, arg, &v, err);

	if (!rc)
		rc = eval_doc(r->e.eval, v, &r->out, err);
	if (rc == ERR_NOT_FOUND && attr_doc(r, arg))
		return 0;
	return rc;
}

/* ---- the editor ---- */

/* "+LINE" for the editors that are known to take it. */
static bool takes_line(const char *editor)
{
	static const char *const known[] = {"emacs", "nano", "vim", "kak"};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strstr(editor, known[i]))
			return true;
	return false;
}

static errint run_editor(struct str file, unsigned line, struct err *err)
{
	const char *editor = env_or("VISUAL", env_or("EDITOR", "cat"));
	struct process_spec spec = {.in = 0, .out = 1, .errfd = 2};
	const char *argv[16] = {0};
	struct str rest = str_c(editor), word;
	char text[32];
	ARENA(a);
	pid_t pid;
	size_t n = 0;
	int status;

	while (n < ARRAY_LEN(argv) - 3 && str_split(&rest, ' ', &word))
		if (word.n)
			argv[n++] = arena_strz(&a, word);
	snprintf(text, sizeof(text), "+%u", line);
	if (line && takes_line(editor))
		argv[n++] = text;
	argv[n] = arena_strz(&a, file);
	spec.argv = argv;
	errint rc = process_start(&spec, &pid, err);
	if (!rc)
		rc = process_wait(pid, &status, err);
	if (rc)
		return err_wrap(err, "running the editor '%s'", editor);
	if (status != 0)
		return err_set(err, ERR_FAILED, "editor '%s': %s", editor,
			       process_status_text(status, text, sizeof(text)));
	return 0;
}

static errint edit(struct repl *r, struct str arg, struct err *err)
{
	char *what CLEANUP_FREE = str_dupz(arg);
	struct value *v;
	struct str file;
	unsigned line;
	errint rc = repl_eval(r, arg, &v, err);

	if (!rc)
		rc = eval_position(r->e.eval, v, what, &file, &line, err);
	if (!rc)
		rc = run_editor(file, line, err);
	if (!rc)
		repl_load_all(r);
	return rc;
}

/* ---- building ---- */

static errint find_derivation(struct repl *r, struct str arg, struct arena *a, struct str *out,
			      struct err *err)
{
	struct drv_ref *v;
	struct value *value;
	size_t n = 0;
	errint rc = repl_eval(r, arg, &value, err);

	if (!rc && eval_is_attrs(value))
		rc = eval_derivations(r->e.eval, value, NULL, a, &v, NULL, &n, err);
	if (rc)
		return rc;
	if (n != 1 || v[0].attr.n)
		return err_set(err, ERR_EVAL,
			       "expression does not evaluate to a derivation, so I can't build it");
	*out = v[0].drv_path;
	return 0;
}

static errint build_outputs(struct repl *r, struct str arg, bool link, struct err *err)
{
	const struct build_options options = {0};
	struct build_wanted wanted = {0};
	struct session *s = r->e.session;
	struct drv d;
	ARENA(a);
	errint rc = find_derivation(r, arg, &a, &wanted.path, err);

	if (!rc)
		rc = project_realise(s, &wanted, 1, &options, err);
	if (!rc)
		rc = store_read_drv(s->store, &a, wanted.path, &d, err);
	if (rc)
		return rc;
	buf_putz(&r->out, "\nThis derivation produced the following outputs:\n");
	for (size_t i = 0; !rc && i < d.n_outputs; i++) {
		const struct drv_output *o = &d.outputs[i];
		char *name = arena_printf(&a, "repl-result-%.*s", STR_ARG(o->name));

		if (link)
			rc = store_add_root(s->store, name, o->path, err);
		if (link)
			buf_printf(&r->out, "  ./%s -> %.*s\n", name, STR_ARG(o->path));
		else
			buf_printf(&r->out, "  %.*s -> %.*s\n", STR_ARG(o->name), STR_ARG(o->path));
	}
	return rc;
}

static errint build(struct repl *r, struct str arg, struct err *err)
{
	return build_outputs(r, arg, false, err);
}

static errint build_linked(struct repl *r, struct str arg, struct err *err)
{
	return build_outputs(r, arg, true, err);
}

static errint print_log(struct repl *r, struct str arg, struct err *err)
{
	struct str drv;
	ARENA(a);
	errint rc = find_derivation(r, arg, &a, &drv, err);

	if (!rc)
		rc = build_log_read(r->e.session->store, drv, &r->out, err);
	if (rc == ERR_NOT_FOUND)
		return err_set(err, ERR_NOT_FOUND, "build log of '%.*s' is not available",
			       STR_ARG(drv));
	return rc;
}

/* ---- the session ---- */

static errint toggle_trace(struct repl *r, struct str arg, struct err *err)
{
	if (arg.n && !str_eqz(arg, "true") && !str_eqz(arg, "false"))
		return err_set(err, ERR_USAGE, "unexpected argument '%.*s' to ':te'", STR_ARG(arg));
	r->show_trace = arg.n ? str_eqz(arg, "true") : !r->show_trace;
	eval_set_show_trace(r->e.eval, r->show_trace);
	buf_printf(&r->out, "%sshowing error traces\n", r->show_trace ? "" : "not ");
	return 0;
}

static errint quit(struct repl *r, struct str arg, struct err *err)
{
	r->quit = true;
	return 0;
}

static errint refuse(struct repl *r, struct str arg, struct err *err)
{
	err_set(err, ERR_UNSUPPORTED, "kiln has no profiles and no nix-shell");
	return err_hint(err, "':b' builds a derivation, 'kiln run' starts a program of a result");
}

static const struct repl_command commands[] = {
	{":? :help", NULL, "this list", print_help, false},
	{":a :add", "<expr>", "add the attributes of a set to the scope", add_attrs, true},
	{":b", "<expr>", "build a derivation", build, true},
	{":bl", "<expr>", "the same, with links repl-result-OUTPUT", build_linked, true},
	{":doc", "<expr>", "show what is written about a function", print_doc, true},
	{":e :edit", "<expr>", "open where a value is defined in $EDITOR", edit, true},
	{":env", NULL, "list the variables of the session", print_scope, false},
	{":i", "<expr>", NULL, refuse, false},
	{":l :load", "<path>", "add what is in a file to the scope", load, true},
	{":lf :load-flake", "<ref>", "add what a flake has to the scope", load_flake, true},
	{":ll :last-loaded", NULL, "list what was added last", print_last_loaded, false},
	{":log", "<expr>", "show the log of a derivation's build", print_log, true},
	{":p :print", "<expr>", "evaluate and print in depth, a string's bytes", print_deep, true},
	{":q :quit", NULL, "end", quit, false},
	{":r :reload", NULL, "empty the scope and load all files again", reload, false},
	{":sh", "<expr>", NULL, refuse, false},
	{":t", "<expr>", "tell what a value is", print_type, true},
	{":te :trace-enable", "[bool]", "show all steps that led to an error, or few", toggle_trace,
	 false},
	{":u", "<expr>", NULL, refuse, false},
	{0},
};

static const struct repl_command *find(struct str name)
{
	for (const struct repl_command *c = commands; c->names; c++) {
		struct str rest = str_c(c->names), one;

		while (str_split(&rest, ' ', &one))
			if (str_eq(one, name))
				return c;
	}
	return NULL;
}

errint repl_command(struct repl *r, struct str line, struct err *err)
{
	const struct repl_command *c;
	struct str arg;
	size_t n = 0;

	while (n < line.n && !strchr(" \t\r\n", line.p[n]))
		n++;
	arg = str_trim(str_skip(line, n));
	c = find(str_sub(line, 0, n));
	if (!c) {
		err_set(err, ERR_USAGE, "unknown command '%.*s'", (int)n, line.p);
		return err_hint(err, ":? lists the commands");
	}
	if (c->needs_arg && !arg.n)
		return err_set(err, ERR_USAGE, "'%.*s' needs %s", (int)n, line.p, c->arg);
	return c->run(r, arg, err);
}

void repl_command_names(struct str prefix, struct arena *a, struct str **out, size_t *n)
{
	*out = ARENA_ARRAY(a, struct str, ARRAY_LEN(commands) * 2);
	*n = 0;
	for (const struct repl_command *c = commands; c->names; c++) {
		struct str rest = str_c(c->names), one;

		while (c->help && str_split(&rest, ' ', &one))
			if (str_starts(one, prefix))
				(*out)[(*n)++] = one;
	}
}
