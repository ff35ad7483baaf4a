/* SPDX-License-Identifier: MIT
 *
 * kiln eval: prints the value of an expression. */
#include "cli/command.h"
#include "cli/option_eval.h"
#include "cli/value_print.h"

struct eval_command {
	struct eval_request request;
	struct eval_source source;
	enum eval_output how;
	const char *apply;
	bool strict, list, read_only;
};

static void print_builtin(void *ctx, const char *name, unsigned arity, const char *args,
			  const char *doc)
{
	struct str first = str_c(doc), rest;

	(void)ctx;
	str_cut(first, '\n', &first, &rest);
	out_printf("%s%s%s: %.*s\n", name, arity ? " " : "", arity ? args : "", STR_ARG(first));
}

static const struct option rows[] = {
	OPT_SOURCE(struct eval_command, source, true, "-E --expr", "EXPR", "evaluate this text"),
	OPT_SOURCE(struct eval_command, source, false, "-f --file", "FILE", "evaluate this file"),
	OPT_FLAG(struct eval_command, strict, "--strict", "evaluate the value in depth"),
	OPT_CHOICE(struct eval_command, how, EVAL_JSON, "ways to print", "--json", "print JSON"),
	OPT_CHOICE(struct eval_command, how, EVAL_XML, "ways to print", "--xml", "print XML"),
	OPT_CHOICE(struct eval_command, how, EVAL_RAW, "ways to print", "--raw",
		   "print a string's bytes alone"),
	OPT_TEXT(struct eval_command, apply, "--apply", "EXPR",
		 "print what this function makes of the value"),
	OPT_FLAG(struct eval_command, list, "--list-builtins",
		 "print every builtin with a line on it"),
	OPT_FLAG(struct eval_command, read_only, "--read-only", "write nothing to the store"),
	OPT_TABLE(struct eval_command, request, "evaluation", eval_option_rows),
	OPT_SOURCE(struct eval_command, source, false, NULL, "FILE", NULL),
	OPT_END,
};

static errint print_values(struct evaluation *e, const struct eval_command *c, struct err *err)
{
	static const char *const whole[] = {""};
	const char *const *attrs =
		c->request.n_attrs ? (const char *const *)c->request.attrs : whole;
	size_t n = c->request.n_attrs ? c->request.n_attrs : 1;
	unsigned flags = c->strict || c->how == EVAL_JSON ? EVAL_STRICT : 0;
	struct value *top, *v;
	errint rc = evaluation_value(e, c->source, &top, err);

	for (size_t i = 0; !rc && i < n; i++) {
		rc = eval_attr_path(e->eval, top, str_c(attrs[i]), e->args, &v, err);
		if (!rc)
			rc = eval_auto_call(e->eval, e->args, v, &v, err);
		if (!rc && c->apply)
			rc = evaluation_apply(e, c->apply, v, &v, err);
		if (!rc)
			rc = print_evaluated(e, v, c->how, flags, err);
	}
	return rc;
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	const struct eval_command *c = ctx;
	unsigned flags = EVALUATION_SET | (c->read_only ? EVALUATION_READ_ONLY : 0);
	struct session *s;
	EVALUATION(e);

	if (c->list && c->source.text)
		return err_set(err, ERR_USAGE, "--list-builtins evaluates nothing, not even '%s'",
			       c->source.text);
	if (c->list) {
		eval_list_builtins(print_builtin, NULL);
		return 0;
	}
	if (!c->source.text) {
		err_set(err, ERR_USAGE, "nothing to evaluate");
		return err_hint(err, "name a file, or give an expression with -E");
	}
	errint rc = cli_session(cli, &s, err);
	if (!rc)
		rc = evaluation_open(s, &c->request, flags, &e, err);
	return rc ? rc : print_values(&e, c, err);
}

static void release(void *ctx)
{
	eval_request_release(&((struct eval_command *)ctx)->request);
}

const struct command command_eval = {
	.name = "eval",
	.summary = "evaluate a Nix expression and print its value",
	.topic = TOPIC_LANGUAGE,
	.rows = rows,
	.size = sizeof(struct eval_command),
	.run = run,
	.release = release,
};
