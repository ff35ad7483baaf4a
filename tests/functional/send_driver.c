/* SPDX-License-Identifier: MIT
 *
 * Sends for tests/functional/net.sh: METHOD URL TEXT… in one fetcher, one after the other. TEXT is
 * what is sent ("-": nothing; "!…": without a way to read it again). Each result is a line: "ok
 * STATUS ANSWER LOCATION" or "fail CODE". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/report.h"
#include "base/stream.h"
#include "fetch/fetch.h"

struct text {
	struct str_source from;
	struct str whole;
};

static errint again(struct source *s, struct err *err)
{
	struct text *t = (struct text *)s;

	t->from = str_source_init(t->whole);
	return 0;
}

static void send_one(struct fetcher *f, char **argv)
{
	bool once = argv[2][0] == '!', nothing = strcmp(argv[2], "-") == 0;
	struct text text = {.whole = str_c(argv[2] + once)};
	struct fetch_send send = {&text.from.source, text.whole.n, once ? NULL : again};
	BUF(body, LIMIT_SMALL_FILE);
	struct fetch_request r = {
		.urls = (const char *const[]){argv[1]},
		.n_urls = 1,
		.body = &body,
		.algo = HASH_SHA256,
		.method = strcmp(argv[0], "-") ? argv[0] : NULL,
		.send = nothing ? NULL : &send,
	};
	struct fetch_result result = {0};
	ERR(err);

	text.from = str_source_init(text.whole);
	if (fetcher_add(f, &r, &err))
		exit(1);
	while (!fetcher_next(f, &result))
		if (fetcher_step(f, -1, NULL, 0, &err))
			exit(1);
	if (result.err.code)
		printf("fail %s\n", err_code_name(result.err.code));
	else
		printf("ok %ld %s %s\n", result.status, body.n ? buf_z(&body) : "-",
		       result.location ? result.location : "-");
	if (result.err.code)
		fprintf(stderr, "%s\n", result.err.msg);
	fetch_result_release(&result);
}

int main(int argc, char **argv)
{
	struct fetch_options o = {.tries = 3, .pause_ms = 20};
	struct fetcher *f CLEANUP(fetcher_cleanup) = NULL;
	ERR(err);

	if (fetcher_new(&o, NULL, &f, &err))
		return 1;
	for (int i = 1; i + 2 < argc; i += 3)
		send_one(f, argv + i);
	return 0;
}
