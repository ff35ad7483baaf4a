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
	if (l->terminal && line_editor_open(&o, &l->editor, &err))
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
	errint rc = out_flush(err);

	if (rc)
		return rc;
	return line_editor_read(l->editor, l->input.n ? l->more : l->prompt, &l->input, err);
}

/* Evaluates what is there, unless it goes on in the next line. */
static errint evaluate(struct loop *l, bool last, struct err *err)
{
	struct repl *r = l->r;
	ERR(failed);
	errint rc = repl_line(r, buf_str(&l->input), &failed);

	if (rc && !last && eval_scope_wants_more(r->scope))
		return 0;
	out_str(buf_str(&r->out));
	if (l->terminal)
		out_str(S("\n"));
	buf_clear(&l->input);
	errint flushed = rc ? out_flush(err) : 0;
	if (rc)
		report_err(cli_report(r->cli), &failed);
	if (flushed)
		return flushed;
	/* ^C ends the evaluation, other signals the session. */
	if (interrupted() && interrupt_signal() != SIGINT)
		return interrupt_check(err);
	interrupts_reset();
	return 0;
}

static errint give_up_line(struct loop *l, struct err *err)
{
	if (interrupt_signal() != SIGINT)
		return interrupt_check(err);
	interrupts_reset();
	buf_clear(&l->input);
	return 0;
}

errint repl_loop(struct repl *r, struct err *err)
{
	struct loop l CLEANUP(loop_release) = {.r = r, .input = BUF_INIT(LIMIT_NIX_SOURCE)};

	open_editor(&l);
	set_prompts(&l);
	r->colors = l.terminal && !env_get("NO_COLOR");
	if (l.terminal)
		out_printf("kiln %s\nType :? for help.\n", KILN_VERSION);
	errint rc = out_flush(err);
	repl_load_all(r);
	while (!rc && !r->quit) {
		int got = read_line(&l, err);

		if (got == LINE_END)
			return l.input.n ? evaluate(&l, true, err) : 0;
		if (got == LINE_READ)
			rc = evaluate(&l, false, err);
		else if (got == LINE_INTERRUPTED)
			rc = give_up_line(&l, err);
		else
			return got;
	}
	return rc;
}
