/* SPDX-License-Identifier: MIT
 *
 * The fetcher as a step machine: other descriptors, timeouts, an outer loop of its own, answers in
 * memory. URLs are file: here; tests/functional/net.sh has a web server. */
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/environ.h"
#include "base/file.h"
#include "fetch/fetch.h"
#include "tap.h"

static char *work;

static char *in_work(const char *name)
{
	return path_join(str_c(work), str_c(name));
}

static void put(const char *name, const char *text)
{
	char *path CLEANUP_FREE = in_work(name);
	ERR(err);

	IS_OK(file_write(AT_FDCWD, path, str_c(text), 0644, 0, &err), err, name);
}

static void has(const char *name, const char *text)
{
	char *path CLEANUP_FREE = in_work(name);
	BUF(b, LIMIT_SMALL_FILE);
	ERR(err);

	IS_OK(file_read(AT_FDCWD, path, &b, &err), err, name);
	IS_Z(buf_z(&b), text, name);
}

static void add(struct fetcher *f, const char *from, const char *to)
{
	char *url CLEANUP_FREE = xasprintf("file://%s/%s", work, from);
	char *dest CLEANUP_FREE = in_work(to);
	ERR(err);

	IS_OK(fetcher_add(f,
			  &(struct fetch_request){.urls = (const char *const[]){url},
						  .n_urls = 1,
						  .dest = dest,
						  .algo = HASH_SHA256},
			  &err),
	      err, "add");
}

static void test_waiting(void)
{
	struct fetcher *f CLEANUP(fetcher_cleanup) = NULL;
	int pipe_fd[2];
	struct pollfd extra = {.events = POLLIN};
	uint64_t before;
	ERR(err);

	if (fetcher_new(NULL, NULL, &f, &err) || pipe(pipe_fd)) {
		OK(false, "cannot start");
		return;
	}
	before = clock_ms();
	IS_OK(fetcher_step(f, -1, NULL, 0, &err), err, "nothing to wait for");
	OK(clock_ms() - before < 100, "is no wait");
	extra.fd = pipe_fd[0];
	before = clock_ms();
	IS_OK(fetcher_step(f, 60, &extra, 1, &err), err, "a quiet descriptor");
	OK(clock_ms() - before >= 60, "the whole time");
	IS_INT(extra.revents, 0, "nothing came");
	IS_INT(write(pipe_fd[1], "x", 1), 1, "write");
	before = clock_ms();
	IS_OK(fetcher_step(f, 5000, &extra, 1, &err), err, "a readable one");
	OK(clock_ms() - before < 1000, "ends the wait");
	IS_INT(extra.revents, POLLIN, "and is told");
	IS_INT(read(pipe_fd[0], &before, 1), 1, "read");
	close(pipe_fd[1]);
	IS_OK(fetcher_step(f, 5000, &extra, 1, &err), err, "a closed one");
	IS_INT(extra.revents, POLLHUP, "is told too");
	close(pipe_fd[0]);
}

static void test_own_loop(void)
{
	struct fetcher *f CLEANUP(fetcher_cleanup) = NULL;
	struct fetch_result r;
	unsigned rounds = 0, done = 0;
	ERR(err);

	put("source", "content");
	if (fetcher_new(&(struct fetch_options){.parallel = 2}, NULL, &f, &err))
		return;
	for (int i = 0; i < 10; i++) {
		char to[16];

		snprintf(to, sizeof(to), "copy-%d", i);
		add(f, "source", to);
	}
	IS_INT(fetcher_pending(f), 10, "ten are pending");
	while (fetcher_pending(f) && rounds++ < 10000) {
		struct pollfd p = {.fd = fetcher_fd(f), .events = POLLIN};

		poll(&p, 1, fetcher_timeout(f));
		IS_OK(fetcher_step(f, 0, NULL, 0, &err), err, "step");
		while (fetcher_next(f, &r)) {
			done += r.err.code == 0 && r.size == 7;
			fetch_result_release(&r);
		}
	}
	IS_INT(done, 10, "all came");
	OK(rounds < 200, "in %u rounds", rounds);
	IS_INT(fetcher_timeout(f), -1, "nothing is due");
	has("copy-9", "content");
	add(f, "source", "never");
	IS_OK(fetcher_step(f, 0, NULL, 0, &err), err, "one is under way at the end");
}

static void test_memory(void)
{
	char *url CLEANUP_FREE = xasprintf("file://%s/source", work);
	BUF(small, 3);
	BUF(body, LIMIT_SMALL_FILE);
	struct fetch_request r = {.urls = (const char *const[]){url},
				  .n_urls = 1,
				  .body = &body,
				  .algo = HASH_SHA256};
	struct fetch_result result = {0};
	struct hash want;
	ERR(err);

	hash_bytes(HASH_SHA256, S("content"), &want);
	IS_OK(fetch_one(NULL, &r, NULL, &result, &err), err, "into memory");
	IS_Z(buf_z(&body), "content", "the bytes");
	OK(hash_eq(&result.hash, &want), "their hash");
	IS_Z(result.url, url, "their URL");
	fetch_result_release(&result);
	buf_clear(&body);
	r.max_size = 6;
	IS_ERR(fetch_one(NULL, &r, NULL, NULL, &err), err, ERR_TOO_BIG, "past its own ceiling");
	r.max_size = 0;
	r.body = &small;
	IS_ERR(fetch_one(NULL, &r, NULL, NULL, &err), err, ERR_TOO_BIG, "past the buffer's");
}

static void test_errors(void)
{
	char *absent CLEANUP_FREE = xasprintf("file://%s/absent", work);
	char *dest CLEANUP_FREE = in_work("dest");
	const char *urls[] = {absent, "mirror://name/file"};
	struct fetch_request r = {
		.urls = urls, .n_urls = 1, .dest = dest, .algo = HASH_SHA256, .name = "thing"};
	char *want CLEANUP_FREE = xasprintf("fetching 'thing': '%s': ", absent);
	ERR(err);

	IS_INT(fetch_one(NULL, &r, NULL, NULL, &err), ERR_NOT_FOUND, "no such file");
	OK(str_starts(str_c(err.msg), str_c(want)), "%s", err.msg);
	OK(access(dest, F_OK) != 0, "no file appears");
	r.urls = urls + 1;
	IS_ERR(fetch_one(NULL, &r, NULL, NULL, &err), err, ERR_USAGE,
	       "mirrors are the business of others");
	urls[1] = "https://host/a b";
	IS_ERR(fetch_one(NULL, &r, NULL, NULL, &err), err, ERR_USAGE, "a blank in an URL");
}

int main(void)
{
	ERR(err);

	if (temp_dir(temp_dir_root(), "t_fetch-", &work, &err)) {
		printf("Bail out! %s\n", err.msg);
		return 1;
	}
	test_waiting();
	test_own_loop();
	test_memory();
	test_errors();
	remove_tree_quietly(AT_FDCWD, work);
	free(work);
	return tap_done();
}
