/* SPDX-License-Identifier: MIT
 *
 * kiln services status and logs: what there is to see. */
#include "cli/services_verbs.h"

#include <stdio.h>
#include <unistd.h>
#include "service/service_log.h"

static const struct option status_rows[] = {
	OPT_FLAG(struct services_command, json, "--json", "print JSON"),
	SERVICES_ROWS,
	OPT_END,
};

static void number_or_null(int64_t n, bool is)
{
	if (is)
		out_printf("%lld", (long long)n);
	else
		out_str(S("null"));
}

static void print_json(const char *name, const struct service_status *s)
{
	out_str(S("{\"name\": "));
	out_json(str_c(name));
	out_printf(", \"status\": \"%s\", \"pid\": ", service_state_text(s->state));
	number_or_null(s->pid, s->pid);
	out_str(S(", \"exit_code\": "));
	number_or_null(s->exit_code, !s->pid && s->exit_code >= 0);
	out_str(S(", \"exit_signal\": "));
	number_or_null(s->exit_signal, !s->pid && s->exit_signal);
	out_str(S(", \"ready\": "));
	out_str(!s->has_ready ? S("null") : s->ready ? S("true") : S("false"));
	out_printf(", \"restarts\": %u, \"seconds\": ", s->restarts);
	number_or_null((int64_t)s->seconds, s->pid);
	out_str(S(", \"supervisor\": "));
	number_or_null(s->supervisor, s->supervisor);
	out_str(S(", \"message\": "));
	out_json_or_null(str_c(s->message));
	out_str(S("}"));
}

static void span_text(uint64_t s, char out[32])
{
	if (s < 60)
		snprintf(out, 32, "%llu s", (unsigned long long)s);
	else if (s < 3600)
		snprintf(out, 32, "%llu min", (unsigned long long)s / 60);
	else if (s < 86400)
		snprintf(out, 32, "%llu h %llu min", (unsigned long long)s / 3600,
			 (unsigned long long)s / 60 % 60);
	else
		snprintf(out, 32, "%llu d %llu h", (unsigned long long)s / 86400,
			 (unsigned long long)s / 3600 % 24);
}

/* A line stays one line, whatever a name has in it. */
static const char *one_line(struct arena *a, const char *name)
{
	char *out = arena_strz(a, str_c(name));

	for (char *p = out; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	return out;
}

static void print_row(const char *name, int width, const struct service_status *s)
{
	char state[32], pid[16] = "", span[32] = "";

	if (!s->pid && s->exit_code >= 0 && s->state != SERVICE_IS_STOPPED)
		snprintf(state, sizeof(state), "%s (%d)", service_state_text(s->state),
			 s->exit_code);
	else
		snprintf(state, sizeof(state), "%s", service_state_text(s->state));
	if (s->pid) {
		snprintf(pid, sizeof(pid), "%d", (int)s->pid);
		span_text(s->seconds, span);
	}
	const char *more = s->message ? s->message : s->has_ready && s->ready ? "ready" : "";

	out_printf("%-*s  %-14s  %8s%s%s%s%s\n", width, name, state, pid, span[0] ? "  " : "", span,
		   *more ? "  " : "", more);
}

static errint status_run(struct cli *cli, void *ctx, struct err *err)
{
	struct services_command *c = ctx;
	const char **names;
	size_t n;
	int width = 10;
	errint rc = services_command_names(cli, c, &names, &n, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < n; i++)
		width = MAX(width, (int)strlen(names[i]));
	if (c->json)
		out_str(S("["));
	else
		out_printf("%-*s  %-14s  %8s\n", width, "NAME", "STATUS", "PID");
	for (size_t i = 0; i < n; i++) {
		struct service_status s CLEANUP(service_status_release) = {0};

		rc = service_status(c->state, names[i], &s, err);
		if (rc)
			return rc;
		if (c->json) {
			out_str(i ? S(",\n ") : S(""));
			print_json(names[i], &s);
		} else {
			print_row(one_line(&cli->a, names[i]), width, &s);
		}
	}
	if (c->json)
		out_str(S("]\n"));
	return 0;
}

const struct command services_verb_status = {
	.name = "status",
	.summary = "tell how services are",
	.rows = status_rows,
	.size = sizeof(struct services_command),
	.run = status_run,
	.release = services_command_release,
};

/* ---- logs ---- */

static errint take_lines(void *at, const struct option_given *g, struct err *err)
{
	struct services_command *c = at;

	if (!str_to_u64(str_c(g->args[0]), &c->lines) || c->lines > INT64_MAX)
		return err_set(err, ERR_USAGE, "'%s %s' is no number of lines", g->name,
			       g->args[0]);
	c->has_lines = true;
	return 0;
}

static const struct option logs_rows[] = {
	OPT_FLAG(struct services_command, follow, "-f --follow", "go on with what is printed"),
	{.names = "-n --tail",
	 .args = "LINES",
	 .help = "only the last lines",
	 .kind = OPTION_CALL,
	 .call = take_lines},
	SERVICES_ROWS,
	OPT_END,
};

static bool print_piece(void *ctx, const char *name, struct str piece)
{
	const bool *prefix = ctx;
	struct str line;

	if (!*prefix) {
		out_str(piece);
	} else {
		piece = str_drop_suffix(piece, S("\n"));
		while (str_split(&piece, '\n', &line))
			out_printf("%s: %.*s\n", name, STR_ARG(line));
	}
	return true;
}

static bool print_now(void *ctx, const char *name, struct str piece)
{
	print_piece(ctx, name, piece);
	out_now();
	return true;
}

static errint logs_run(struct cli *cli, void *ctx, struct err *err)
{
	struct services_command *c = ctx;
	const char **names;
	size_t n;
	errint rc = services_command_names(cli, c, &names, &n, err);

	if (rc)
		return rc;
	bool prefix = n > 1;
	return services_logs(c->state, names, n, c->has_lines ? (int64_t)c->lines : SERVICE_LOG_ALL,
			     c->follow, STDOUT_FILENO, c->follow ? print_now : print_piece, &prefix,
			     err);
}

const struct command services_verb_logs = {
	.name = "logs",
	.summary = "print what services printed",
	.rows = logs_rows,
	.size = sizeof(struct services_command),
	.run = logs_run,
	.release = services_command_release,
};
