/* SPDX-License-Identifier: MIT
 *
 * The session: its scope and files, expressions and bindings. */
#include "cli/repl.h"

#include <stdlib.h>
#include "base/report.h"
#include "project/installable.h"

enum { SHOWN_NAMES = 20 };

void repl_release(struct repl *r)
{
	for (size_t i = 0; i < r->n_files; i++)
		free(r->files[i].name);
	free(r->files);
	buf_release(&r->out);
	evaluation_release(&r->e);
}

errint repl_open(struct repl *r, struct cli *cli, const struct eval_request *request,
		 struct eval_source source, unsigned flags, struct err *err)
{
	struct session *session;
	errint rc = cli_session(cli, &session, err);

	if (!rc)
		rc = evaluation_open(session, request, EVALUATION_SET | flags, &r->e, err);
	if (rc)
		return rc;
	r->cli = cli;
	r->source = source;
	r->scope = eval_scope_new(r->e.eval);
	r->out = (struct buf)BUF_INIT(LIMIT_JSON_TEXT);
	r->show_trace = session->settings->show_trace;
	return 0;
}

/* ---- files ---- */

static void remember(struct repl *r, struct repl_file file)
{
	char *own = xstrdup(file.name);
	size_t kept = 0;

	for (size_t i = 0; i < r->n_files; i++) {
		if (strcmp(r->files[i].name, own) == 0 && r->files[i].is_flake == file.is_flake)
			free(r->files[i].name);
		else
			r->files[kept++] = r->files[i];
	}
	r->n_files = kept;
	ARRAY_GROW(r->files, r->n_files, r->cap_files);
	r->files[r->n_files++] = (struct repl_file){own, file.is_flake};
}

void repl_add_file(struct repl *r, const char *file)
{
	remember(r, (struct repl_file){(char *)file, false});
}

void repl_add_flake(struct repl *r, const char *ref)
{
	remember(r, (struct repl_file){(char *)ref, true});
}

errint repl_add_attrs(struct repl *r, struct value *v, struct err *err)
{
	BUF(text, LIMIT_ERR_TEXT);
	ARENA(a);
	struct report *report = cli_report(r->cli);
	struct str *names;
	size_t n;
	errint rc = eval_scope_add_attrs(r->scope, v, err);

	if (!rc)
		rc = eval_attr_names(r->e.eval, v, &a, &names, &n, err);
	if (rc)
		return rc;
	r->last_loaded = v;
	for (size_t i = 0; i < MIN(n, (size_t)SHOWN_NAMES); i++)
		buf_printf(&text, "%s%.*s", i ? ", " : "", STR_ARG(names[i]));
	report_msg(report, REPORT_NOTE, "Added %zu variable%s.", n, n == 1 ? "" : "s");
	if (n)
		report_msg(report, REPORT_NOTE, "%s", buf_z(&text));
	if (n > SHOWN_NAMES)
		report_msg(report, REPORT_NOTE, "... and %zu more; view with :ll", n - SHOWN_NAMES);
	return 0;
}

static errint load_source(struct repl *r, struct eval_source from, struct err *err)
{
	static const char *const whole[] = {""};
	const struct eval_request *q = r->e.request;
	const char *const *attrs =
		from.text == r->source.text && q->n_attrs ? (const char *const *)q->attrs : whole;
	size_t n = attrs == whole ? 1 : q->n_attrs;
	struct value *top, *v;
	errint rc = evaluation_value(&r->e, from, &top, err);

	for (size_t i = 0; !rc && i < n; i++) {
		rc = eval_attr_path(r->e.eval, top, str_c(attrs[i]), r->e.args, &v, err);
		if (!rc)
			rc = eval_auto_call(r->e.eval, r->e.args, v, &v, err);
		if (!rc)
			rc = repl_add_attrs(r, v, err);
	}
	return rc;
}

static errint load_flake(struct repl *r, const char *ref, struct err *err)
{
	char *text CLEANUP_FREE = NULL;
	struct value *v;
	errint rc = flake_of_folder(str_c(ref), &text, err);

	if (!rc)
		rc = eval_flake(r->e.eval, str_c(text), &v, err);
	return rc ? rc : repl_add_attrs(r, v, err);
}

static errint load_file(struct repl *r, struct repl_file f, struct err *err)
{
	return f.is_flake ? load_flake(r, f.name, err)
			  : load_source(r, (struct eval_source){f.name, false}, err);
}

errint repl_load(struct repl *r, const char *name, bool is_flake, struct err *err)
{
	struct repl_file f = {(char *)name, is_flake};

	/* :r loads one that fails now again, when it is mended. */
	remember(r, f);
	return load_file(r, f, err);
}

void repl_load_all(struct repl *r)
{
	struct report *report = cli_report(r->cli);
	ERR(err);

	r->scope = eval_scope_new(r->e.eval);
	eval_forget_files(r->e.eval);
	for (size_t i = 0; i < r->n_files; i++) {
		struct repl_file f = r->files[i];

		report_msg(report, REPORT_NOTE, "Loading %s'%s'...", f.is_flake ? "flake " : "",
			   f.name);
		if (load_file(r, f, &err))
			report_err(report, &err);
	}
	if (!r->source.text)
		return;
	report_msg(report, REPORT_NOTE, "Loading %s'%s'...", r->source.is_expr ? "expression " : "",
		   r->source.text);
	if (load_source(r, r->source, &err))
		report_err(report, &err);
}

/* ---- lines ---- */

errint repl_eval(struct repl *r, struct str text, struct value **out, struct err *err)
{
	return eval_typed_expr(r->scope, text, out, err);
}

static errint type_in(struct repl *r, struct str line, struct err *err)
{
	struct value *v;
	errint rc = eval_typed(r->scope, line, &v, err);

	if (rc || !v)
		return rc;
	rc = eval_print(r->e.eval, v, EVAL_ECHO, r->colors ? EVAL_COLORS : 0, &r->out, err);
	if (rc)
		return rc;
	buf_putc(&r->out, '\n');
	return 0;
}

errint repl_line(struct repl *r, struct str line, struct err *err)
{
	buf_clear(&r->out);
	line = str_trim(line);
	if (!line.n)
		return 0;
	errint rc = line.p[0] == ':' ? repl_command(r, line, err) : type_in(r, line, err);
	if (rc)
		buf_clear(&r->out);
	return rc;
}
