/* SPDX-License-Identifier: MIT
 *
 * What evaluation fetches with: transfers, git and archives put into the store. What was fetched
 * is remembered in kiln's cache folder, and believed for a while (the setting tarball-ttl). When
 * the store may not be written, trees stay in a temporary folder as long as this lives. */
#pragma once

#include "cli/cli.h"
#include "eval/fetcher.h"

struct conf;
struct mirrors;

struct cli_fetcher {
	struct eval_fetcher fetcher;
	struct cli *cli;
	struct store *store;
	bool read_only;
	int64_t ttl;               /* -1: not told, kiln.conf's or an hour */
	const char *const *tokens; /* access-tokens, ends with NULL; NULL: kiln.conf's */
	const char *registry;      /* flake-registry; NULL: kiln.conf's */
	/* the rest is made when it is first needed */
	char *cache;
	char *temp;
	unsigned n_temp;
	struct conf *conf;
	struct mirrors *mirrors;
};

/* Opens nothing. */
void cli_fetcher_init(struct cli_fetcher *f, struct cli *cli, struct store *s, bool read_only);
void cli_fetcher_release(struct cli_fetcher *f);
