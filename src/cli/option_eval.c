/* SPDX-License-Identifier: MIT
 *
 * Where the options of evaluating and building go. */
#include "cli/option_eval.h"

#include "cli/cli.h"

static errint take_attr(void *at, const struct option_given *g, struct err *err)
{
	struct eval_request *r = at;

	ARRAY_GROW(r->attrs, r->n_attrs, r->cap_attrs);
	r->attrs[r->n_attrs++] = g->args[0];
	return 0;
}

static errint take_arg(void *at, const struct option_given *g, struct err *err)
{
	struct eval_request *r = at;

	ARRAY_GROW(r->args, r->n_args, r->cap_args);
	r->args[r->n_args++] =
		(struct eval_arg){g->args[0], g->args[1], (enum eval_arg_kind)g->row->value};
	return 0;
}

static errint take_include(void *at, const struct option_given *g, struct err *err)
{
	struct eval_request *r = at;

	ARRAY_GROW(r->includes, r->n_includes, r->cap_includes);
	r->includes[r->n_includes++] = g->args[0];
	return 0;
}

errint log_format_given(void *at, const struct option_given *g, struct err *err)
{
	const char *name = g->args[0];
	static const char *const known[] = {
		"raw", "raw-with-logs", "bar", "bar-with-logs", "multiline", "multiline-with-logs"};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strcmp(name, known[i]) == 0)
			return 0;
	if (strcmp(name, "internal-json") == 0)
		return err_set(err, ERR_UNSUPPORTED, "log format '%s' is not supported", name);
	return err_set(err, ERR_USAGE, "option 'log-format' has an invalid value '%s'", name);
}

/* Whatever was fetched some time ago is asked for again. */
static errint take_refresh(void *at, const struct option_given *g, struct err *err)
{
	struct settings *s;
	errint rc = cli_settings(g->frame, &s, err);

	return rc ? rc : settings_set(s, S("tarball-ttl"), S("0"), err);
}

#define ROW_ARG(kind_, names_, args_, help_)                                        \
	{                                                                           \
		.names = names_, .args = args_, .help = help_, .kind = OPTION_CALL, \
		.value = kind_, .call = take_arg                                    \
	}
#define ROW_REQUEST(call_, names_, args_, help_)                                                  \
	{                                                                                         \
		.names = names_, .args = args_, .help = help_, .kind = OPTION_CALL, .call = call_ \
	}

const struct option eval_option_rows[] = {
	ROW_REQUEST(take_attr, "-A --attr", "PATH", "take this attribute of the value"),
	ROW_ARG(EVAL_ARG_EXPR, "--arg", "NAME EXPR", "argument of the top function, an expression"),
	ROW_ARG(EVAL_ARG_STRING, "--argstr", "NAME TEXT", "argument of the top function, a string"),
	ROW_ARG(EVAL_ARG_FILE, "--arg-from-file", "NAME FILE", "the same, what the file holds"),
	ROW_ARG(EVAL_ARG_STDIN, "--arg-from-stdin", "NAME", "the same, what standard input holds"),
	ROW_REQUEST(take_include, "-I --include", "PATH", "entry of the search path for <…>"),
	OPT_TEXT(struct eval_request, nixpkgs, "--nixpkgs", "PATH",
		 "evaluate on this package set instead of kiln's"),
	OPT_SETTING("show-trace", 1, "--show-trace", NULL, "show every step that led to an error"),
	OPT_SETTING("pure-eval", 1, "--pure-eval", NULL, "nothing but what is named with a hash"),
	OPT_SETTING("restrict-eval", 1, "--restrict-eval", NULL,
		    "read only what is on the search path"),
	OPT_SETTING("pure-eval", 0, "--impure", NULL,
		    "the default: environment, time and files may be read"),
	ROW_REQUEST(take_refresh, "--refresh", NULL, "fetch again what was fetched a while ago"),
	OPT_SETTING_NAMED,
	OPT_IGNORED("--no-write-lock-file --no-update-lock-file", NULL, "none is written anyway"),
	OPT_END,
};

const struct option build_setting_rows[] = {
	OPT_SETTING("max-jobs", 0, "-j --jobs --max-jobs", "N",
		    "build this many derivations at once"),
	OPT_SETTING("cores", 0, "--cores", "N", "what a builder is told to use"),
	OPT_SETTING("keep-going", 1, "-k --keep-going", NULL,
		    "build what does not depend on a failure"),
	OPT_SETTING("keep-failed", 1, "-K --keep-failed", NULL,
		    "keep the build folder of a failure"),
	OPT_SETTING("timeout", 0, "--timeout", "SECONDS", "end a build that takes longer"),
	OPT_SETTING("max-silent-time", 0, "--max-silent-time", "SECONDS",
		    "end a build that is silent longer"),
	OPT_SETTING("sandbox", 0, "--no-sandbox", NULL, "build without namespaces"),
	OPT_END,
};

const struct option build_option_rows[] = {
	OPT_TEXT(struct build_request, link, "-o --out-link", "LINK", "name the result link"),
	OPT_FLAG(struct build_request, no_link, "--no-link --no-out-link", "make no result link"),
	OPT_FLAG(struct build_request, dry_run, "-n --dry-run",
		 "tell what would be built and fetched"),
	OPT_FLAG(struct build_request, options.check, "--check --rebuild",
		 "build again what is there, and compare"),
	OPT_FLAG(struct build_request, repair, "--repair",
		 "bring back what is gone or altered of it and of what it needs"),
	OPT_CHOICE(struct build_request, options.log, BUILD_LOG_PREFIXED, NULL,
		   "-L --print-build-logs", "show every line of the builders"),
	OPT_CHOICE(struct build_request, options.log, BUILD_LOG_TAIL, NULL, "-Q --no-build-output",
		   "show a builder's lines only when it fails"),
	OPT_LOG_FORMAT,
	OPT_TABLE_ALONE(NULL, build_setting_rows),
	OPT_END,
};

errint eval_source_given(void *at, const struct option_given *g, struct err *err)
{
	struct eval_source *source = at;

	if (source->text)
		return err_set(err, ERR_USAGE, "one expression at a time: '%s' is too much",
			       g->args[0]);
	*source = (struct eval_source){g->args[0], g->row->value};
	return 0;
}
