/* SPDX-License-Identifier: MIT
 *
 * A cache behind a server that takes PUT. A NAR is packed into a nameless file of this machine
 * first: its hash, which is its name, is known only then, and a server must know its size. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/environ.h"
#include "base/file.h"
#include "cache/push_place.h"
#include "fetch/fetch.h"

enum { PARALLEL = 64, PER_HOST = 32 };

static char *url_of(const struct push_place *p, const char *name)
{
	return xasprintf("%.*s/%s", STR_ARG(p->at->url), name);
}

static errint server_get(struct push_place *p, const char *name, struct buf *out, struct err *err)
{
	char *url CLEANUP_FREE = url_of(p, name);
	const char *const urls[] = {url};
	struct fetch_request r = {.urls = urls, .n_urls = 1, .body = out, .quiet = true};

	return fetch_one(NULL, &r, p->report, NULL, err);
}

static errint send_to(struct push_place *p, const char *name, const struct fetch_send *send,
		      struct err *err)
{
	char *url CLEANUP_FREE = url_of(p, name);
	const char *const urls[] = {url};
	BUF(answer, LIMIT_SMALL_FILE);
	struct fetch_request r = {.urls = urls,
				  .n_urls = 1,
				  .body = &answer,
				  .quiet = true,
				  .method = "PUT",
				  .send = send};
	errint rc = fetch_one(NULL, &r, p->report, NULL, err);

	return rc ? err_wrap(err, "sending '%s'", name) : 0;
}

struct text_source {
	struct str_source from;
	struct str all;
};

static errint text_again(struct source *s, struct err *err)
{
	struct text_source *t = (struct text_source *)s;

	t->from.rest = t->all;
	return 0;
}

static errint server_put(struct push_place *p, const char *name, struct str bytes, struct err *err)
{
	struct text_source t = {str_source_init(bytes), bytes};
	struct fetch_send send = {&t.from.source, bytes.n, text_again};

	return send_to(p, name, &send, err);
}

static errint collect(struct fetcher *f, bool *out, struct err *err)
{
	errint rc = 0;

	while (!rc && fetcher_pending(f)) {
		struct fetch_result r;

		rc = fetcher_step(f, 1000, NULL, 0, err);
		while (!rc && fetcher_next(f, &r)) {
			bool *has = r.ctx;

			*has = !r.err.code;
			/* S3 without the right to list says 403 of what it has not. */
			if (r.err.code && r.err.code != ERR_NOT_FOUND && r.err.code != ERR_DENIED)
				rc = fetch_result_fail(&r, err);
			fetch_result_release(&r);
		}
	}
	return rc;
}

static errint server_have(struct push_place *p, const char *const *names, size_t n, bool *out,
			  struct err *err)
{
	struct fetch_options o = {.parallel = PARALLEL, .per_host = PER_HOST};
	struct buf *bodies CLEANUP_FREE = xcalloc(n + 1, sizeof(*bodies));
	struct fetcher *f CLEANUP(fetcher_cleanup) = NULL;
	errint rc = fetcher_new(&o, p->report, &f, err);

	for (size_t i = 0; !rc && i < n; i++) {
		char *url CLEANUP_FREE = url_of(p, names[i]);
		const char *const urls[] = {url};
		struct fetch_request r = {.urls = urls,
					  .n_urls = 1,
					  .body = &bodies[i],
					  .quiet = true,
					  .method = "HEAD",
					  .ctx = &out[i]};

		bodies[i] = (struct buf)BUF_INIT(LIMIT_SMALL_FILE);
		rc = fetcher_add(f, &r, err);
	}
	if (!rc)
		rc = collect(f, out, err);
	fetcher_free(STEAL(f));
	for (size_t i = 0; i < n; i++)
		buf_release(&bodies[i]);
	return rc;
}

static errint server_new_nar(struct push_place *p, int *out, struct err *err)
{
	const char *dir = env_get("TMPDIR");

	dir = dir && *dir ? dir : "/var/tmp";
	*out = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	return *out < 0 ? err_sys(err, "cannot make a file in '%s'", dir) : 0;
}

static errint file_again(struct source *s, struct err *err)
{
	if (lseek(((struct fd_source *)s)->fd, 0, SEEK_SET) < 0)
		return err_sys(err, "cannot rewind a NAR");
	return 0;
}

static errint server_put_nar(struct push_place *p, int fd, uint64_t size, const char *name,
			     struct err *err)
{
	struct fd_source from = fd_source_init(fd);
	struct fetch_send send = {&from.source, size, file_again};
	errint rc = file_again(&from.source, err);

	return rc ? rc : send_to(p, name, &send, err);
}

static void server_close(struct push_place *p)
{
	free(p);
}

static const struct push_place_ops server_ops = {
	.get = server_get,
	.put = server_put,
	.have = server_have,
	.new_nar = server_new_nar,
	.put_nar = server_put_nar,
	.close = server_close,
};

errint push_server_open(const struct cache_url *at, struct report *report, struct push_place **out,
			struct err *err)
{
	struct push_place *p = xcalloc(1, sizeof(*p));

	*p = (struct push_place){&server_ops, at, report};
	*out = p;
	return 0;
}
