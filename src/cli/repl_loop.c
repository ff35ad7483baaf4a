/* SPDX-License-Identifier: MIT
 *
 * Read, evaluate, print. On a terminal with prompts; from anything else line by line, so that a
 * script can drive it. An error ends neither. */
#include "cli/repl.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/environ.h"
#include "base/process.h"
#include "base/report.h"
#include "cli/line_editor.h"

struct loop {
	struct repl *r;
	struct line_editor *editor;
	bool terminal;
	char *prompt, *more;
	struct buf input; /* lines of what is not complete yet */
};

static void loop_release(struct loop *l)
{
	line_editor_close(l->editor);
	free(l->prompt);
	free(l->more);
	buf_release(&l->input);
}

static void complete(void *ctx, struct str line, struct arena *a, struct str **out, size_t *n,
		     size_t *from)
{
	repl_complete(ctx, line, a, out, n, from);
	/* Who is tired of waiting for names gives up on them, not on the line. */
	if (interrupt_signal() == SIGINT)
		interrupts_reset();
}

static void open_editor(struct loop *l)
{
	char *state CLEANUP_FREE = user_state_dir();
	char *history CLEANUP_FREE = xasprintf("%s/repl-history", state);
	struct line_editor_options o = {"kiln", history, complete, l->r};
	ERR(err);

	l->terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	if (l->terminal && line_editor_open(&o, &l->editor, &err) < 0)
		report_err(cli_report(l->r->cli), &err);
	if (!l->editor)
		l->editor = line_editor_plain();
}

/* "kiln repl" asks as "kiln-repl> ". */
static void set_prompts(struct loop *l)
{
	l->prompt = xasprintf("%s> ", l->r->cli->called);
	for (char *c = l->prompt; c[2]; c++)
		if (*c == ' ')
			*c = '-';
	l->more = xstrdup(l->prompt);
	memset(l->more, ' ', strlen(l->more) - 2);
}

static int read_line(struct loop *l, struct err *err)
{
	int rc = out_flush(err);

	if (rc < 0)
		return rc;
	return line_editor_read(l->editor, l->input.n ? l->more : l->prompt, &l->input, err);
}

/* Evaluates what is there; REPL_QUIT ends the loop. */
static int evaluate(struct loop *l, bool last, struct err *err)
{
	ERR(failed);
	int rc = repl_line(l->r, buf_str(&l->input), &failed);

	if (rc == REPL_MORE && !last)
		return rc;
	out_str(buf_str(&l->r->out));
	if (l->terminal)
		out_str(S("\n"));
	buf_clear(&l->input);
	if (rc < 0 || rc == REPL_MORE) {
		int flushed = out_flush(err);

		report_err(cli_report(l->r->cli), &failed);
		if (flushed < 0)
			return flushed;
	}
	/* ^C ends the evaluation, other signals the session. */
	if (interrupted() && interrupt_signal() != SIGINT)
		return interrupt_check(err);
	interrupts_reset();
	return rc == REPL_QUIT ? REPL_QUIT : REPL_DONE;
}

errint repl_loop(struct repl *r, struct err *err)
{
	struct loop l CLEANUP(loop_release) = {.r = r, .input = BUF_INIT(LIMIT_NIX_SOURCE)};
	int rc = REPL_DONE;

	open_editor(&l);
	set_prompts(&l);
	r->colors = l.terminal && !env_get("NO_COLOR");
	if (l.terminal)
		out_printf("kiln %s\nType :? for help.\n", KILN_VERSION);
	rc = out_flush(err);
	repl_load_all(r);
	while (rc == REPL_DONE || rc == REPL_MORE) {
		int got = read_line(&l, err);

		if (got == LINE_READ) {
			rc = evaluate(&l, false, err);
		} else if (got == LINE_INTERRUPTED) {
			if (interrupt_signal() != SIGINT)
				return interrupt_check(err);
			interrupts_reset();
			buf_clear(&l.input);
			rc = REPL_DONE;
		} else if (got == LINE_END) {
			return l.input.n ? MIN(evaluate(&l, true, err), 0) : 0;
		} else {
			return got;
		}
	}
	return MIN(rc, 0);
}
