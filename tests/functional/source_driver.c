/* SPDX-License-Identifier: MIT
 *
 * Drives the ladder for tests/functional/net.sh: each line of standard input is a request,
 *
 *	DEST URL[|URL…] [HASH|- [SIZE]]
 *
 * each result a line of standard output: "ok DEST HASH SIZE MOVED RESUMED" or "fail DEST CODE"; its
 * error goes to standard error. Arguments: name=value for the fields of struct fetch_options, and
 * source=DIR, later (content is checked by the caller), processor (prints its milliseconds). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/report.h"
#include "source/ascent.h"
#include "source/ladder.h"

struct driver {
	struct fetch_options o;
	const char *source;
	bool later, processor;
	unsigned left;
};

static bool number(const char *arg, const char *name, unsigned *out)
{
	size_t n = strlen(name);

	if (strncmp(arg, name, n) != 0 || arg[n] != '=')
		return false;
	*out = (unsigned)strtoul(arg + n + 1, NULL, 10);
	return true;
}

static bool argument(struct driver *d, const char *arg)
{
	d->later |= strcmp(arg, "later") == 0;
	d->processor |= strcmp(arg, "processor") == 0;
	if (strncmp(arg, "source=", 7) == 0) {
		d->source = arg + 7;
		return true;
	}
	return strcmp(arg, "later") == 0 || strcmp(arg, "processor") == 0 ||
	       number(arg, "parallel", &d->o.parallel) || number(arg, "per_host", &d->o.per_host) ||
	       number(arg, "tries", &d->o.tries) || number(arg, "pause_ms", &d->o.pause_ms) ||
	       number(arg, "connect_s", &d->o.connect_s) || number(arg, "stall_s", &d->o.stall_s);
}

static void fail(const char *dest, const struct err *err)
{
	char *text CLEANUP_FREE = err_format(err);

	fputs(text, stderr);
	printf("fail %s %s\n", dest, err_code_name(err->code));
	fflush(stdout);
}

static errint add(struct driver *d, struct ladder *l, char *line, struct err *err)
{
	char dest[256], list[2048], text[256] = "-";
	const char *urls[8];
	unsigned long long size = 0;
	struct hash hash;
	struct ascent *a;
	struct ascent_request r = {.dest = dest, .urls = urls, .algo = HASH_SHA256};

	if (sscanf(line, "%255s %2047s %255s %llu", dest, list, text, &size) < 2)
		return err_set(err, ERR_USAGE, "bad request");
	for (char *save = NULL, *u = strtok_r(list, "|", &save); u && r.n_urls < ARRAY_LEN(urls);
	     u = strtok_r(NULL, "|", &save))
		urls[r.n_urls++] = u;
	if (strcmp(text, "-") != 0) {
		errint rc = hash_parse(str_c(text), HASH_ANY, &hash, err);

		if (rc)
			return rc;
		r.hash = &hash;
	}
	r.size = size;
	r.checked_later = d->later;
	r.ctx = xstrdup(dest);
	return ascent_begin(l, &r, &a, err);
}

static void print_results(struct ladder *l)
{
	char hash[HASH_TEXT_MAX];
	struct ascent *a;

	while ((a = ladder_next(l))) {
		const struct fetch_result *r = &ascent_result(a)->got;
		char *dest CLEANUP_FREE = ascent_ctx(a);

		if (r->err.code)
			fail(dest, &r->err);
		else
			printf("ok %s %s %llu %llu %llu\n", dest,
			       hash_format(&r->hash, HASH_SRI, true, hash),
			       (unsigned long long)r->size, (unsigned long long)r->moved,
			       (unsigned long long)r->resumed);
		fflush(stdout);
		ascent_free(a);
	}
}

int main(int argc, char **argv)
{
	struct driver d = {0};
	struct report *report = report_new_stderr(0);
	struct ladder *l CLEANUP(ladder_cleanup) = NULL;
	struct ladder_config config = {.fetch = &d.o, .source_dirs = &d.source};
	char line[4096];
	ERR(err);

	for (int i = 1; i < argc; i++)
		if (!argument(&d, argv[i]))
			return 2;
	config.n_source_dirs = d.source != NULL;
	l = ladder_new(&config, NULL, report);
	while (fgets(line, sizeof(line), stdin))
		if (add(&d, l, line, &err))
			fail(line, &err);
	while (ladder_pending(l)) {
		if (ladder_step(l, -1, NULL, 0, &err)) {
			fail("-", &err);
			return 1;
		}
		print_results(l);
	}
	if (d.processor)
		printf("processor %ld ms\n", (long)(clock() / (CLOCKS_PER_SEC / 1000)));
	report_free(report);
	return 0;
}
