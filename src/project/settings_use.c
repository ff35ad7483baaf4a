/* SPDX-License-Identifier: MIT
 *
 * From settings to the options of evaluation and of building. */
#include "project/settings.h"

void settings_for_eval(const struct settings *s, struct eval_options *out)
{
	out->pure = s->pure_eval;
	out->restricted = s->restrict_eval;
	out->allowed_uris = s->allowed_uris.v;
	out->n_allowed_uris = s->allowed_uris.n;
	out->show_trace = s->show_trace;
	out->trace_verbose = s->trace_verbose;
	out->trace_function_calls = s->trace_function_calls;
	out->abort_on_warn = s->abort_on_warn;
	out->no_import_from_derivation = !s->allow_import_from_derivation;
	out->trace_import_from_derivation = s->trace_import_from_derivation;
	out->parse_toml_timestamps = s->experimental_features.parse_toml_timestamps;
	out->pipe_operators = s->experimental_features.pipe_operators;
	out->lint_urls = s->lint_url_literals;
	out->lint_short_paths = s->lint_short_path_literals;
	out->lint_absolute_paths = s->lint_absolute_path_literals;
	out->max_depth = s->max_call_depth;
	out->system = s->eval_system ? s->eval_system : s->system;
}

void settings_for_build(const struct settings *s, struct build_options *out)
{
	out->jobs = s->max_jobs;
	out->cores = s->cores;
	out->keep_failed = s->keep_failed;
	out->keep_going = s->keep_going;
	out->fallback = s->fallback;
	out->offline = s->offline;
	out->sandbox = s->sandbox;
	out->log_lines = s->log_lines;
	out->timeout_s = s->timeout;
	out->max_silent_s = s->max_silent_time;
	out->system = s->system;
	out->platforms = s->extra_platforms.v;
	out->features = s->system_features.v;
}
