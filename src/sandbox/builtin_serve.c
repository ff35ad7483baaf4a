/* SPDX-License-Identifier: MIT
 *
 * Built-in builders as children of a sandboxed process: the whole of a build, or asked for by the
 * builder in the midst of one. All of this runs inside the sandbox, with no rights but the
 * builder's own. */
#include "sandbox/builtin.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/file.h"
#include "store/derivation.h"

ATTR_NORETURN static void run(const struct builtin_builder *b, const struct builtin_ctx *ctx)
{
	ERR(err);
	struct builtin_ctx own = *ctx;

	own.log = 2;
	/* What a built-in runs, such as patchelf, sees nothing of the user's environment. */
	clearenv();
	errint rc = b->run(&own, &err);
	if (rc) {
		char *text CLEANUP_FREE = err_format(&err);
		ERR(ignored);

		(void)!fd_write_all(2, text, strlen(text), &ignored);
	}
	_exit(rc ? 1 : 0);
}

void builtin_become(const struct builtin_builder *b, const struct builtin_ctx *ctx)
{
	/* After a change of user id /proc/self belongs to root until an exec, which never comes. */
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	run(b, ctx);
}

static int by_key(const void *a, const void *b)
{
	const struct drv_env *x = a, *y = b;

	return str_cmp(x->key, y->key);
}

static size_t count_words(struct str words)
{
	struct str word;
	size_t n = 0;

	while (words.n && str_split(&words, '\0', &word))
		n++;
	return n;
}

/* Said twice, nobody could tell which one counts. */
static errint check_twice(const struct drv_env *sorted, size_t n, struct err *err)
{
	for (size_t i = 1; i < n; i++) {
		if (str_eq(sorted[i - 1].key, sorted[i].key))
			return err_set(err, ERR_BUILD, "it says '%.*s' twice",
				       STR_ARG(sorted[i].key));
	}
	return 0;
}

/* The request as a derivation of the one output `out`: what a built-in reads. */
static errint drv_of(struct arena *a, const struct drv *whole, struct str words, struct drv *out,
		     struct err *err)
{
	struct drv_env *env = ARENA_ARRAY(a, struct drv_env, count_words(words) + 1);
	struct drv_output *output = ARENA_NEW(a, struct drv_output);
	const struct str *path;
	struct str word;
	size_t n = 0;

	for (; words.n && str_split(&words, '\0', &word); n++)
		if (!str_cut(word, '=', &env[n].key, &env[n].value))
			return err_set(err, ERR_BUILD, "'%.*s' is not KEY=VALUE", STR_ARG(word));
	qsort(env, n, sizeof(*env), by_key);
	errint rc = check_twice(env, n, err);
	if (rc)
		return rc;
	*out = (struct drv){.name = whole->name,
			    .platform = whole->platform,
			    .outputs = output,
			    .n_outputs = 1,
			    .env = env,
			    .n_env = n};
	path = drv_env_find(out, S("out"));
	if (!path)
		return err_set(err, ERR_BUILD, "it does not say 'out'");
	*output = (struct drv_output){.name = S("out"), .path = *path};
	return 0;
}

static errint answer(const struct builtin_services *s, struct str request, struct err *err)
{
	ARENA(a);
	struct str name, words = S("");
	struct builtin_ctx ctx = *s->ctx;
	struct drv drv;

	if (!str_cut(request, '\0', &name, &words))
		name = request;
	for (size_t i = 0; i < s->n; i++) {
		if (!str_eqz(name, s->v[i].name))
			continue;
		errint rc = drv_of(&a, s->ctx->drv, words, &drv, err);

		if (rc)
			return err_wrap(err, "a call of '%s'", s->v[i].name);
		ctx.drv = &drv;
		run(&s->v[i], &ctx);
	}
	return err_set(err, ERR_BUILD, "'%.*s' is no built-in builder", STR_ARG(name));
}

/* In a process of its own, which may end as it wants. */
static bool answered(const struct builtin_services *s, struct str request)
{
	int status = 1;
	pid_t pid = fork();

	if (pid == 0) {
		ERR(err);

		if (answer(s, request, &err)) {
			char *text CLEANUP_FREE = err_format(&err);
			ERR(ignored);

			(void)!fd_write_all(2, text, strlen(text), &ignored);
		}
		_exit(1);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Takes a whole request off the front: words, each with a NUL, up to an empty one. seen: how far
 * there is none. */
static bool take_request(struct buf *b, size_t *seen, struct buf *request)
{
	size_t from = *seen ? *seen - 1 : 0;
	ptrdiff_t at = str_find(str_skip(buf_str(b), from), str_n("\0", 2));

	*seen = b->n;
	if (at < 0)
		return false;
	size_t end = from + (size_t)at;
	buf_clear(request);
	buf_put(request, b->p, end);
	b->n -= end + 2;
	memmove(b->p, b->p + end + 2, b->n);
	*seen = 0;
	return true;
}

/* Where the next request begins nobody knows then. */
ATTR_NORETURN static void refuse_long(int answers)
{
	static const char text[] =
		"error: a call of a built-in builder is longer than one may be\n";

	(void)!write(2, text, sizeof(text) - 1);
	(void)!write(answers, "1\n", 2);
	_exit(1);
}

ATTR_NORETURN static void serve(const struct builtin_services *s, int requests, int answers)
{
	BUF(b, LIMIT_DRV_FILE);
	BUF(request, LIMIT_DRV_FILE);
	char chunk[65536];
	size_t seen = 0;
	ssize_t n;

	while ((n = read(requests, chunk, sizeof(chunk))) > 0 || (n < 0 && errno == EINTR)) {
		buf_put(&b, chunk, n > 0 ? (size_t)n : 0);
		if (b.over)
			refuse_long(answers);
		while (take_request(&b, &seen, &request)) {
			const char *text = answered(s, buf_str(&request)) ? "0\n" : "1\n";

			if (write(answers, text, 2) != 2)
				_exit(1);
		}
	}
	_exit(0);
}

/* Nothing else stays open, above all not the socket whose end says that the builder runs. */
ATTR_NORETURN static void become_server(const struct builtin_services *s, int requests, int answers)
{
	/* it goes with the builder */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (dup2(requests, BUILTIN_REQUEST_FD) < 0 || dup2(answers, BUILTIN_ANSWER_FD) < 0)
		_exit(1);
	close_range(3, BUILTIN_REQUEST_FD - 1, 0);
	close_range(BUILTIN_ANSWER_FD + 1, ~0U, 0);
	serve(s, BUILTIN_REQUEST_FD, BUILTIN_ANSWER_FD);
}

errint builtin_serve(const struct builtin_services *s, struct err *err)
{
	int requests[2], answers[2];

	if (pipe(requests) || pipe(answers))
		return err_sys(err, "making a pipe");
	/* The builder may not look into this copy of kiln's memory, not even before the server has
	 * run for the first time. To the builder itself its exec gives the right back. */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	/* A fork without a signal at its end: a builder that waits for all of its children waits
	 * for those that it knows. */
	pid_t pid = (pid_t)syscall(SYS_clone, 0, NULL, NULL, NULL, NULL);
	if (pid < 0)
		return err_sys(err, "starting a process");
	if (pid == 0)
		become_server(s, requests[0], answers[1]);
	if (dup2(requests[1], BUILTIN_REQUEST_FD) < 0 || dup2(answers[0], BUILTIN_ANSWER_FD) < 0)
		return err_sys(err, "giving the builder a pipe");
	for (size_t i = 0; i < 2; i++) {
		close(requests[i]);
		close(answers[i]);
	}
	return 0;
}
