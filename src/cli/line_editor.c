/* SPDX-License-Identifier: MIT
 *
 * libedit's own interface, not its readline costume: that one is all globals. ^C comes as a signal.
 * Signals are let in only while a key is waited for, so that none falls between two keys, where
 * libedit would not see it. */
#include "cli/line_editor.h"

#include <errno.h>
#include <fcntl.h>
#include <histedit.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <wchar.h>
#include "base/arena.h"
#include "base/dl.h"
#include "base/file.h"
#include "base/process.h"

#define EDIT_FUNCTIONS(X) \
	X(el_end)         \
	X(el_get)         \
	X(el_gets)        \
	X(el_init)        \
	X(el_insertstr)   \
	X(el_line)        \
	X(el_set)         \
	X(el_source)      \
	X(history)        \
	X(history_end)    \
	X(history_init)

/* The library is loaded once, and stays. */
static struct {
#define X(fn) __typeof__(&fn) fn;
	EDIT_FUNCTIONS(X)
#undef X
} api;

enum { HISTORY_LINES = 10000, CANDIDATES_SHOWN = 200, CTRL_D = 4 };

struct line_editor {
	struct line_editor_options o;
	EditLine *el; /* NULL: plain */
	History *history;
	char *history_file; /* or NULL */
	const char *prompt;
	struct buf rest;  /* plain: read, but not given yet */
	sigset_t outside; /* the signals that are blocked outside of a read */
	mbstate_t partial;
	bool ahead; /* something was typed before the line began, and is not read yet */
};

/* ---- keys ---- */

/* Waits with the signals of outside blocked only; *errno is EINTR after each. */
static bool wait_for_key(const struct line_editor *e)
{
	struct pollfd fd = {.fd = STDIN_FILENO, .events = POLLIN};

	return ppoll(&fd, 1, NULL, &e->outside) == 1;
}

/* For libedit: 1 and the character, 0 at the end, -1 when it failed or was interrupted. */
static int next_key(EditLine *el, wchar_t *out)
{
	struct line_editor *e;

	if (api.el_get(el, EL_CLIENTDATA, &e) != 0)
		return -1;
	for (;;) {
		char byte;
		ssize_t n;
		size_t done;

		if (interrupted()) {
			errno = EINTR;
			return -1;
		}
		if (!wait_for_key(e)) {
			if (errno == EINTR)
				continue;
			return -1;
		}
		n = read(STDIN_FILENO, &byte, 1);
		if (n <= 0)
			return (int)n;
		/* A ^D that came before the terminal changed its mode is a NUL after it; one that
		 * is typed means nothing. */
		if (byte == '\0') {
			byte = e->ahead ? CTRL_D : '\0';
			e->ahead = false;
		}
		if (byte == '\0')
			continue;
		done = mbrtowc(out, &byte, 1, &e->partial);
		if (done == (size_t)-2)
			continue;
		/* Bytes that are no text are passed over. */
		if (done != (size_t)-1)
			return 1;
		memset(&e->partial, 0, sizeof(e->partial));
	}
}

/* ---- completion ---- */

static size_t shared_prefix(const struct str *v, size_t n)
{
	size_t shared = v[0].n;

	for (size_t i = 1; i < n; i++) {
		size_t k = 0;

		while (k < shared && k < v[i].n && v[i].p[k] == v[0].p[k])
			k++;
		shared = k;
	}
	return shared;
}

/* Below the line, in columns; the caller has the line drawn again. */
static void show_candidates(const struct str *v, size_t n)
{
	size_t width = 0, shown = MIN(n, (size_t)CANDIDATES_SHOWN), columns;

	for (size_t i = 0; i < shown; i++)
		width = MAX(width, v[i].n);
	columns = MAX((size_t)1, 80 / (width + 2));
	for (size_t i = 0; i < shown; i++)
		printf("%s%-*.*s", i % columns ? "  " : "\n", (int)width, STR_ARG(v[i]));
	if (shown < n)
		printf("\n… and %zu more", n - shown);
	fputs("\n", stdout);
	fflush(stdout);
}

static unsigned char on_tab(EditLine *el, int ch)
{
	struct line_editor *e;
	const LineInfo *line;
	struct str before, *v;
	size_t n, from, shared;
	sigset_t inside;
	ARENA(a);

	(void)ch;
	if (api.el_get(el, EL_CLIENTDATA, &e) != 0)
		return CC_ERROR;
	line = api.el_line(el);
	before = str_n(line->buffer, (size_t)(line->cursor - line->buffer));
	/* This may take long: it can be interrupted. */
	sigprocmask(SIG_SETMASK, &e->outside, &inside);
	e->o.complete(e->o.ctx, before, &a, &v, &n, &from);
	sigprocmask(SIG_SETMASK, &inside, NULL);
	if (n == 0)
		return CC_ERROR;
	shared = shared_prefix(v, n);
	if (shared > before.n - from) {
		char *more =
			arena_strz(&a, str_sub(v[0], before.n - from, shared - (before.n - from)));

		return api.el_insertstr(el, more) < 0 ? CC_ERROR : CC_REFRESH;
	}
	if (n == 1)
		return CC_NORM;
	show_candidates(v, n);
	return CC_REDISPLAY;
}

/* ---- opening ---- */

static errint load(struct err *err)
{
	static const struct dl_symbol symbols[] = {
#define X(fn) {#fn, (size_t)((char *)&api.fn - (char *)&api)},
		EDIT_FUNCTIONS(X)
#undef X
	};

	return api.el_init ? 0
			   : dl_load("libedit.so.2", "libedit2", symbols, ARRAY_LEN(symbols), &api,
				     err);
}

static char *prompt_of(EditLine *el)
{
	struct line_editor *e;

	return api.el_get(el, EL_CLIENTDATA, &e) == 0 ? (char *)e->prompt : (char *)"";
}

static void open_history(struct line_editor *e)
{
	char *dir CLEANUP_FREE = NULL;
	HistEvent event;
	ERR(ignored);

	e->history = api.history_init();
	if (!e->history)
		return;
	api.history(e->history, &event, H_SETSIZE, HISTORY_LINES);
	api.history(e->history, &event, H_SETUNIQUE, 1);
	api.el_set(e->el, EL_HIST, api.history, e->history);
	/* Without a place for it there is one for this session. */
	if (!e->o.history)
		return;
	dir = str_dupz(path_dir(str_c(e->o.history)));
	if (mkdir_p(AT_FDCWD, dir, 0700, &ignored) < 0)
		return;
	e->history_file = xstrdup(e->o.history);
	api.history(e->history, &event, H_LOAD, e->history_file);
}

errint line_editor_open(const struct line_editor_options *o, struct line_editor **out,
			struct err *err)
{
	struct line_editor *e CLEANUP(line_editor_cleanup) = line_editor_plain();
	const char *locale = setlocale(LC_CTYPE, "");

	/* Typed text may be UTF-8 where the environment says nothing of it. */
	if (!locale || strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0)
		setlocale(LC_CTYPE, "C.UTF-8");
	errint rc = load(err);
	if (rc)
		return rc;
	e->o = *o;
	e->el = api.el_init(o->name, stdin, stdout, stderr);
	if (!e->el)
		return err_set(err, ERR_FAILED, "cannot start the line editor");
	api.el_set(e->el, EL_CLIENTDATA, e);
	api.el_set(e->el, EL_PROMPT, prompt_of);
	api.el_set(e->el, EL_SIGNAL, 1);
	api.el_set(e->el, EL_GETCFN, next_key);
	api.el_set(e->el, EL_EDITOR, "emacs");
	open_history(e);
	api.el_set(e->el, EL_ADDFN, "kiln-complete", "complete the word", on_tab);
	api.el_set(e->el, EL_BIND, "^I", "kiln-complete", NULL);
	api.el_set(e->el, EL_BIND, "^R", "em-inc-search-prev", NULL);
	api.el_source(e->el, NULL);
	*out = STEAL(e);
	return 0;
}

struct line_editor *line_editor_plain(void)
{
	struct line_editor *e = xcalloc(1, sizeof(*e));

	e->rest = (struct buf)BUF_INIT(LIMIT_NIX_SOURCE);
	return e;
}

void line_editor_close(struct line_editor *e)
{
	if (!e)
		return;
	if (e->history)
		api.history_end(e->history);
	if (e->el)
		api.el_end(e->el);
	buf_release(&e->rest);
	free(e->history_file);
	free(e);
}

void line_editor_cleanup(struct line_editor **e)
{
	line_editor_close(*e);
}

/* ---- reading ---- */

static int read_plain(struct line_editor *e, struct buf *line, struct err *err)
{
	char chunk[4096];
	struct str all, first;

	for (;;) {
		ptrdiff_t end = str_chr(buf_str(&e->rest), '\n');
		ssize_t n;

		if (end >= 0) {
			all = buf_str(&e->rest);
			first = str_sub(all, 0, (size_t)end + 1);
			buf_puts(line, first);
			memmove(e->rest.p, e->rest.p + first.n, all.n - first.n);
			e->rest.n -= first.n;
			return LINE_READ;
		}
		n = read(STDIN_FILENO, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR)
			return LINE_INTERRUPTED;
		if (n < 0)
			return err_sys(err, "reading standard input");
		if (n == 0 && e->rest.n == 0)
			return LINE_END;
		/* The last line may lack its end. */
		buf_put(&e->rest, n ? chunk : "\n", n ? (size_t)n : 1);
		errint rc = buf_check(&e->rest, "line of standard input", err);
		if (rc)
			return rc;
	}
}

static void remember(struct line_editor *e, const char *line)
{
	HistEvent event;

	if (!e->history || str_trim(str_c(line)).n == 0)
		return;
	api.history(e->history, &event, H_ENTER, line);
	if (e->history_file)
		api.history(e->history, &event, H_SAVE, e->history_file);
}

int line_editor_read(struct line_editor *e, const char *prompt, struct buf *line, struct err *err)
{
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
	const char *text;
	sigset_t all;
	int n;

	if (!e->el)
		return read_plain(e, line, err);
	e->prompt = prompt;
	e->ahead = poll(&input, 1, 0) == 1;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &e->outside);
	errno = 0;
	text = api.el_gets(e->el, &n);
	sigprocmask(SIG_SETMASK, &e->outside, NULL);
	if (text && n > 0 && !interrupted()) {
		remember(e, text);
		buf_put(line, text, (size_t)n);
		return buf_check(line, "typed text", err) < 0 ? err->code : LINE_READ;
	}
	fputs("\n", stdout);
	fflush(stdout);
	if (interrupted())
		return LINE_INTERRUPTED;
	if (n < 0 && errno)
		return err_sys(err, "reading the terminal");
	return LINE_END;
}
